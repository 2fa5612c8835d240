using Farewell.Testing;

[assembly: TimeLimit(minutes: 10)]

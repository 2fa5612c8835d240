using System.Net;
using Farewell;
using Farewell.Bench.Subjects;

// The engine's echo, compiled ahead of time: ADDRESS:PORT.
return await Control.RunAsync(new FarewellEcho(Carrier.EventLoops), IPEndPoint.Parse(args[0]));

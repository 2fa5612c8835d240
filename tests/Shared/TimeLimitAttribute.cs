using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Xunit.v3;

namespace Farewell.Testing;

/// <summary>
/// How long a test may take before its process is ended, with the test's name and every thread's stack: a test that hangs must not hold up whoever waits for it. A limit against hanging, far above what any machine
/// takes; that of a class goes before that of its assembly.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class)]
internal sealed class TimeLimitAttribute(int minutes) : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, Timer> Running = new();

    private TimeSpan Limit { get; } = TimeSpan.FromMinutes(minutes);

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var limit = (methodUnderTest.ReflectedType?.GetCustomAttribute<TimeLimitAttribute>() ?? this).Limit;
        var message = string.Create(CultureInfo.InvariantCulture, $"{test.TestDisplayName} has not ended in {limit.TotalMinutes} minutes: it hangs.");
        Running.GetOrAdd(test.UniqueID, static (_, state) => new Timer(static message => Environment.FailFast((string)message!), state.message, state.limit, Timeout.InfiniteTimeSpan), (message, limit));
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryRemove(test.UniqueID, out var timer))
        {
            timer.Dispose();
        }
    }
}

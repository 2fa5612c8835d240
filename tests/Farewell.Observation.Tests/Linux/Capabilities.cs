using System.Runtime.InteropServices;

namespace Farewell.Observation.Tests.Linux;

/// <summary>Runs something on a thread that has given up every capability; threads it starts have none either.</summary>
internal static class Capabilities
{
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3

    public static T Without<T>(Func<T> action)
    {
        var outcome = new TaskCompletionSource<T>();
        var thread = new Thread(() =>
        {
            try
            {
                SetCapabilities([Version3, 0], new uint[6]).ShouldBe(0);
                outcome.SetResult(action());
            }
            catch (Exception thrown)
            {
                outcome.SetException(thrown);
            }
        });
        thread.Start();
        thread.Join();
        return outcome.Task.GetAwaiter().GetResult();
    }

    [DllImport("libc", EntryPoint = "capset")]
    private static extern int SetCapabilities(uint[] header, uint[] data);
}

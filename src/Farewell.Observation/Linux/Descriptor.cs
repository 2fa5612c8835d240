using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Farewell.Observation.Linux;

/// <summary>A file descriptor that is closed with its last user.</summary>
/// <remarks>
/// Libc's calls return an int. Declared to return a SafeHandle they would fill 64 bits from 32, and a failure (-1) would look like a valid
/// descriptor.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}

namespace Farewell.Captures.Live;

/// <summary>Why a live capture could not begin or go on.</summary>
public enum CaptureFailure
{
    /// <summary>The system refused it for a reason that the message gives.</summary>
    System,

    /// <summary>This process may not capture.</summary>
    NotPermitted,

    /// <summary>There is no interface of that name.</summary>
    NoSuchInterface,

    /// <summary>The interface's frames begin with something that is not read.</summary>
    UnsupportedLink,

    /// <summary>The handler threw, or did not return in time.</summary>
    Handler,
}

/// <summary>A live capture could not begin or go on. The message names the cause and the remedy.</summary>
public sealed class CaptureException : IOException
{
    /// <summary>What went wrong.</summary>
    /// <param name="failure">The kind of cause.</param>
    /// <param name="message">The cause and the remedy.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public CaptureException(CaptureFailure failure, string message, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
    }

    /// <summary>The kind of cause.</summary>
    public CaptureFailure Failure { get; }
}

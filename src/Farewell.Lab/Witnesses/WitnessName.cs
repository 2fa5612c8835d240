namespace Farewell.Lab.Witnesses;

/// <summary>The names of the lab's witnesses, as in its JSON.</summary>
public static class WitnessName
{
    /// <summary>The packets on the client's interface.</summary>
    public const string PacketsAtClient = "packets-client";

    /// <summary>The packets on the server's interface.</summary>
    public const string PacketsAtServer = "packets-server";

    /// <summary>The kernel's table on the client's host.</summary>
    public const string TableOfClient = "table-client";

    /// <summary>The kernel's table on the server's host.</summary>
    public const string TableOfServer = "table-server";

    /// <summary>What the client's socket reported.</summary>
    public const string SocketOfClient = "socket-client";

    /// <summary>What the server's socket reported.</summary>
    public const string SocketOfServer = "socket-server";

    /// <summary>What Farewell's own session reported on the client's side.</summary>
    public const string LibraryAtClient = "library-client";

    /// <summary>What Farewell's own session reported on the server's side.</summary>
    public const string LibraryAtServer = "library-server";

    /// <summary>All of them, in the order they are shown.</summary>
    public static IReadOnlyList<string> All { get; } =
        [PacketsAtClient, PacketsAtServer, TableOfClient, TableOfServer, SocketOfClient, SocketOfServer, LibraryAtClient, LibraryAtServer];
}

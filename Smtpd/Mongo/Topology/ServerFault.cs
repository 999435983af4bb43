using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Topology;

/// <summary>In what way a connection to a server failed.</summary>
internal enum FaultKind
{
    /// <summary>The connection could not be made, or broke.</summary>
    Network,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>An answer came, and says that it cannot be done.</summary>
    Command,

    /// <summary>Signing in failed.</summary>
    SignIn,
}

/// <summary>Something that failed on a connection, as far as it tells what has become of the server.</summary>
/// <param name="Generation">The generation of the pool when the connection was made.</param>
/// <param name="HandshakeDone">True when hello and sign-in were through.</param>
/// <param name="Reply">The server's reply, for <see cref="FaultKind.Command"/>.</param>
internal readonly record struct ServerFault(FaultKind Kind, int Generation, bool HandshakeDone, BsonDocument Reply = default, string? Text = null);

/// <summary>What follows from a fault.</summary>
/// <param name="Server">What is known of the server now; null: nothing new.</param>
/// <param name="ClearsPool">True when connections that were made before it are of no use.</param>
/// <param name="AsksAgain">True when the server is asked at once what it is.</param>
internal readonly record struct FaultVerdict(ServerDescription? Server, bool ClearsPool, bool AsksAgain)
{
    /// <summary>Judges by what is known of the server and by its pool's generation; a fault that is older than either says nothing.</summary>
    public static FaultVerdict Of(ServerDescription known, int poolGeneration, ServerFault fault)
    {
        if (fault.Generation < poolGeneration) return default;
        switch (fault.Kind)
        {
            case FaultKind.Command:
                return OfReply(known, fault.Reply);
            // An answer that does not come may only be slow; whether the server is alive is its monitor's to find out.
            case FaultKind.Timeout:
                return default;
            case FaultKind.SignIn when fault.HandshakeDone:
                return default;
            default:
                return new FaultVerdict(ServerDescription.Unknown(known.Host, fault.Text ?? "the connection broke"), ClearsPool: true, AsksAgain: true);
        }
    }

    private static FaultVerdict OfReply(ServerDescription known, BsonDocument reply)
    {
        if (reply["ok"u8].AsBoolean()) return default;
        int code = ServerCodes.Of(reply);
        if (!ServerCodes.IsStateChange(code)) return default;
        TopologyVersion? version = TopologyVersion.From(reply["topologyVersion"u8]);
        if (known.Version is { } old && version is { } now && now.IsNoNewsTo(old)) return default;
        return new FaultVerdict(
            ServerDescription.Unknown(known.Host, reply["errmsg"u8].AsString() ?? "it does not take commands now", version),
            ClearsPool: ServerCodes.IsShutdown(code),
            AsksAgain: true);
    }
}

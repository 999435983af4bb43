using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Sessions;

namespace Smtpd.Mongo.Commands;

/// <summary>What a command does to the data, which decides who may take it and whether it may be sent twice.</summary>
internal enum CommandKind { Read, Write, Other }

/// <summary>A command before it is known which server takes it, and under which session.</summary>
/// <param name="Database">Where it is carried out.</param>
/// <param name="Body">The command itself; the first element names it. What every command carries is added when it is sent.</param>
/// <param name="Doing">For error texts: <c>insert into mail.messages</c>.</param>
internal sealed record MongoCommand(string Database, BsonDocument Body, string Doing)
{
    public CommandKind Kind { get; init; } = CommandKind.Other;

    /// <summary>True when it may be sent again after its answer was lost: a read, or a write that the server knows again by its number.</summary>
    public bool IsRetryable { get; init; }

    /// <summary>Null: none is sent.</summary>
    public WriteConcern? WriteConcern { get; init; }

    /// <summary>Null: the primary.</summary>
    public ReadPreference? Preference { get; init; }

    /// <summary>Null: the server's default.</summary>
    public string? ReadConcern { get; init; }

    /// <summary>The server that must take it, because it has the cursor; null: any that may.</summary>
    public MongoHost? Server { get; init; }

    /// <summary>The session of the command that this one continues; null: one of its own.</summary>
    public ServerSession? Session { get; init; }

    /// <summary>True when others will continue it: whoever sends it gets the session too, and gives it back.</summary>
    public bool KeepsSession { get; init; }

    /// <summary>How long the server waits on purpose before it answers.</summary>
    public TimeSpan Waits { get; init; }

    /// <summary>Documents that go along outside of the body.</summary>
    public CommandPayload? Payload { get; init; }
}

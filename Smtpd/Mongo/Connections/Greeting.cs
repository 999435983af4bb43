using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>The first thing that is said on a connection, and by a monitor again and again: what are you?</summary>
/// <param name="metadata">Who we are.</param>
internal sealed class Greeting(BsonDocument metadata)
{
    /// <summary>On a new connection, in the way that the oldest servers understand and the newest still do.</summary>
    /// <param name="signIn">What is said along with it; null: nobody signs in on this connection.</param>
    public Task<BsonDocument> FirstAsync(WireConnection connection, SignIn? signIn, CancellationToken cancellationToken)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().Int32("isMaster"u8, 1).Boolean("helloOk"u8, true).Document("client"u8, metadata);
        signIn?.WriteInto(writer);
        return connection.QueryAsync(writer.End().ToDocument(), cancellationToken);
    }

    /// <summary>Once more on a connection that has been greeted.</summary>
    /// <param name="knowsHello">What the server has said about it.</param>
    public static Task<BsonDocument> AgainAsync(WireConnection connection, bool knowsHello, CancellationToken cancellationToken)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        if (knowsHello) writer.Int32("hello"u8, 1);
        else writer.Int32("isMaster"u8, 1).Boolean("helloOk"u8, true);
        return connection.RunAsync(new MongoCommand("admin", writer.End().ToDocument(), "hello"), default, cancellationToken);
    }
}

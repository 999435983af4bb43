using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;
using Smtpd.Mongo.Wire;

namespace Smtpd.Mongo.Connections;

/// <summary>Signing in on one connection. Its first message goes along with the greeting, which saves a round trip. Used once.</summary>
internal sealed class SignIn(MongoCredential credential, ScramSecrets secrets)
{
    /// <summary>Far more exchanges than SCRAM has: a server that goes on is not believed.</summary>
    private const int MostExchanges = 4;

    private readonly ScramConversation? _guess = credential.Mechanism == MongoCredential.X509 ? null : new(secrets, credential.Mechanism ?? MongoCredential.ScramSha256);

    private string Doing => $"sign in to MongoDB as {credential}";

    /// <summary>Adds to the greeting what is hoped to be right: most servers have SCRAM-SHA-256.</summary>
    public void WriteInto(BsonWriter greeting)
    {
        if (credential.Mechanism is null) greeting.String("saslSupportedMechs"u8, $"{credential.Source}.{credential.UserName}");
        greeting.BeginDocument("speculativeAuthenticate"u8);
        if (_guess is null) WriteX509(greeting);
        else WriteStart(greeting, _guess);
        greeting.String("db"u8, credential.Source).End();
    }

    /// <param name="greeted">The answer to the greeting.</param>
    /// <exception cref="MongoException">The server does not believe us, or we not the server.</exception>
    public async Task FinishAsync(WireConnection connection, BsonDocument greeted, CancellationToken cancellationToken)
    {
        BsonElement early = greeted["speculativeAuthenticate"u8];
        if (credential.Mechanism == MongoCredential.X509)
        {
            if (early.Type != BsonType.Document) await RunAsync(connection, X509(), cancellationToken).ConfigureAwait(false);
            return;
        }
        try
        {
            if (early.Type == BsonType.Document) await ConverseAsync(connection, _guess!, early.AsDocument(), cancellationToken).ConfigureAwait(false);
            else await BeginAsync(connection, Chosen(greeted), cancellationToken).ConfigureAwait(false);
        }
        catch (MongoSignInException refused)
        {
            throw new MongoException(MongoFailure.SignIn, Doing, refused.Message, connection.Host, refused);
        }
    }

    private string Chosen(BsonDocument greeted)
    {
        if (credential.Mechanism is { } named) return named;
        foreach (BsonElement offered in greeted["saslSupportedMechs"u8].AsDocument())
            if (offered.AsUtf8().SequenceEqual("SCRAM-SHA-256"u8)) return MongoCredential.ScramSha256;
        return MongoCredential.ScramSha1;
    }

    private async Task BeginAsync(WireConnection connection, string mechanism, CancellationToken cancellationToken)
    {
        var conversation = new ScramConversation(secrets, mechanism);
        BsonDocument start;
        using (var writer = new BsonWriter())
        {
            writer.BeginDocument();
            WriteStart(writer, conversation);
            start = writer.End().ToDocument();
        }
        BsonDocument challenge = await RunAsync(connection, start, cancellationToken).ConfigureAwait(false);
        await ConverseAsync(connection, conversation, challenge, cancellationToken).ConfigureAwait(false);
    }

    private async Task ConverseAsync(WireConnection connection, ScramConversation conversation, BsonDocument challenge, CancellationToken cancellationToken)
    {
        BsonElement id = challenge["conversationId"u8];
        BsonDocument answer = await RunAsync(connection, Continue(id, conversation.Answer(challenge["payload"u8].AsBinary().Span)), cancellationToken).ConfigureAwait(false);
        conversation.Verify(answer["payload"u8].AsBinary().Span);
        for (int exchange = 0; !answer["done"u8].AsBoolean(); exchange++)
        {
            if (exchange == MostExchanges) throw new MongoSignInException("the server does not come to an end of it");
            answer = await RunAsync(connection, Continue(id, []), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BsonDocument> RunAsync(WireConnection connection, BsonDocument body, CancellationToken cancellationToken)
    {
        var command = new MongoCommand(credential.Source, body, Doing);
        BsonDocument reply = await connection.RunAsync(command, default, cancellationToken).ConfigureAwait(false);
        return reply["ok"u8].AsBoolean() ? reply : throw MongoException.FromReply(reply, Doing, connection.Host);
    }

    private static void WriteStart(BsonWriter writer, ScramConversation conversation) => writer
        .Int32("saslStart"u8, 1)
        .String("mechanism"u8, conversation.Mechanism)
        .Binary("payload"u8, conversation.First())
        .BeginDocument("options"u8).Boolean("skipEmptyExchange"u8, true).End();

    private static BsonDocument Continue(BsonElement id, byte[] payload)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().Int32("saslContinue"u8, 1);
        if (id.Exists) writer.Element(id);
        return writer.Binary("payload"u8, payload).End().ToDocument();
    }

    private BsonDocument X509()
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        WriteX509(writer);
        return writer.End().ToDocument();
    }

    private void WriteX509(BsonWriter writer)
    {
        writer.Int32("authenticate"u8, 1).String("mechanism"u8, MongoCredential.X509);
        if (credential.UserName is { } user) writer.String("user"u8, user);
    }
}

using System.Globalization;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Topology;

namespace Smtpd.Mongo.Commands;

/// <summary>Sends writes of one kind in as few commands as the server's limits allow, and sums up what came of them.</summary>
/// <param name="command">Name, collection and whatever else is the same for every batch; its payload is filled in here.</param>
internal sealed class WriteBatches(ICommandRunner runner, MongoCommand command, IReadOnlyList<ReadOnlyMemory<byte>> writes, string field)
{
    /// <summary>Octets of a message that are left for the command around the writes, and for what the server adds when it passes them on.</summary>
    private const int Envelope = 16 * 1024;

    private readonly List<WriteError> _errors = [];
    private BsonDocument _errorReply;
    private MongoHost _errorServer;
    private MongoException? _concern;

    /// <summary>Documents that were inserted, matched or deleted.</summary>
    public long Count { get; private set; }

    public long Modified { get; private set; }

    /// <summary>An array with <c>{index, _id}</c>.</summary>
    public BsonDocument Upserted { get; private set; }

    /// <param name="isOrdered">True: the first that fails is the last that is tried.</param>
    /// <exception cref="MongoException">Something failed; what was done before stays done, and the counts say so.</exception>
    public async Task RunAsync(bool isOrdered, CancellationToken cancellationToken)
    {
        if (writes.Count == 0) return;
        using var upserted = new BsonWriter();
        upserted.BeginDocument();
        ServerLimits limits = await runner.LimitsAsync(command.Doing, cancellationToken).ConfigureAwait(false);
        RefuseWhatIsTooLong(limits);
        for (int start = 0; start < writes.Count;)
        {
            int count = Take(start, limits);
            MongoCommand batch = command with { Payload = new CommandPayload(field, writes, start, count) };
            CommandReply reply = await runner.RunAsync(batch, cancellationToken).ConfigureAwait(false);
            Add(reply, start, upserted);
            if (isOrdered && _errors.Count > 0) break;
            start += count;
        }
        Upserted = upserted.End().ToDocument();
        // What is there already may be as unsafe as what is new: it may come from a try that the next primary does not have.
        if (_concern is not null) throw _concern.WithErrors(_errors);
        if (_errors.Count > 0) throw MongoException.FromWrites(_errors, _errorReply, command.Doing, _errorServer);
    }

    /// <summary>Before anything is sent: half of what was asked for helps nobody.</summary>
    private void RefuseWhatIsTooLong(ServerLimits limits)
    {
        for (int i = 0; i < writes.Count; i++)
        {
            // A statement may be longer than the document in it.
            if (writes[i].Length <= limits.DocumentOctets + Envelope) continue;
            throw new MongoException(MongoFailure.Command, command.Doing, string.Create(CultureInfo.InvariantCulture, $"number {i} has {writes[i].Length} octets, and the server takes {limits.DocumentOctets}"));
        }
    }

    private int Take(int start, ServerLimits limits)
    {
        long octets = Envelope;
        int count = 0;
        while (start + count < writes.Count && count < limits.BatchWrites)
        {
            octets += writes[start + count].Length;
            if (count > 0 && octets > limits.MessageOctets) break;
            count++;
        }
        return count;
    }

    private void Add(CommandReply reply, int start, BsonWriter upserted)
    {
        Span<byte> name = stackalloc byte[11];
        BsonDocument document = reply.Document;
        Count += document["n"u8].AsInt64();
        Modified += document["nModified"u8].AsInt64();
        foreach (BsonElement element in document["upserted"u8].AsDocument())
        {
            BsonDocument upsert = element.AsDocument();
            int index = upsert["index"u8].AsInt32();
            (start + index).TryFormat(name, out int written, provider: CultureInfo.InvariantCulture);
            upserted.BeginDocument(name[..written]).Int32("index"u8, start + index).Element("_id"u8, upsert["_id"u8]).End();
        }
        foreach (BsonElement element in document["writeErrors"u8].AsDocument())
        {
            BsonDocument error = element.AsDocument();
            _errors.Add(new WriteError(start + error["index"u8].AsInt32(), error["code"u8].AsInt32(), error["errmsg"u8].AsString() ?? "the server gives no reason"));
            (_errorReply, _errorServer) = (document, reply.Server);
        }
        if (document.Has("writeConcernError"u8)) _concern ??= MongoException.FromWriteConcern(document, command.Doing, reply.Server);
    }
}

using System.Buffers;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Sources that are too big for a document, in GridFS as every driver reads it: <c>fs.files</c> and <c>fs.chunks</c>. A file is begun before
/// its message has an id; <c>metadata.smtpd</c> says <c>incoming</c> until a message points to it, and again <c>leaving</c> before the message is
/// deleted, so that whatever breaks off in between is found. <c>metadata.messages</c> is the collection of the message.
/// </summary>
internal sealed class MailFiles(StoreCollection files, StoreCollection chunks, StoreCollection mails)
{
    /// <summary>What drivers take where nobody says otherwise: 255 KiB, so that a chunk with its frame fits into a power of two.</summary>
    public const int ChunkOctets = 255 * 1024;

    /// <summary>Chunks of one command: some megabytes.</summary>
    private const int ChunksAtOnce = 16;

    /// <summary>A file to which no message points so long after it was begun was broken off. No message takes longer on its way.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromHours(2);

    /// <summary>What is deleted depends on them: a member that lags does not show yet that a message points to a file.</summary>
    private readonly StoreCollection _files = files.Primary, _mails = mails.Primary;

    private static readonly BsonDocument _file = StoredMail.Make("smtpd.file");

    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private readonly Lock _lock = new();

    /// <summary>Writes all of a body but its first chunk, in which the message's id will be.</summary>
    /// <returns>The file's id.</returns>
    public async Task<MessageId> BeginAsync(MessageBody body, CancellationToken cancellation)
    {
        MessageId file = NextId();
        await files.InsertAsync([Describe(file, body.Length)], cancellation).ConfigureAwait(false);
        int count = (int)((body.Length + ChunkOctets - 1) / ChunkOctets);
        for (int first = 1; first < count; first += ChunksAtOnce)
            await WriteAsync(file, body, first, Math.Min(count, first + ChunksAtOnce), cancellation).ConfigureAwait(false);
        return file;
    }

    /// <summary>Writes the first chunk.</summary>
    public Task CompleteAsync(MessageId file, MessageBody body, CancellationToken cancellation) => WriteAsync(file, body, 0, 1, cancellation);

    /// <summary>Notes that messages point to the files.</summary>
    public Task KeepAsync(IReadOnlyList<MessageId> kept, CancellationToken cancellation) => NoteAsync(kept, "stored", cancellation);

    /// <summary>Notes that the messages which point to the files are about to be deleted.</summary>
    public Task LeaveAsync(IReadOnlyList<MessageId> leaving, CancellationToken cancellation) => NoteAsync(leaving, "leaving", cancellation);

    private async Task NoteAsync(IReadOnlyList<MessageId> which, string state, CancellationToken cancellation)
    {
        if (which.Count == 0) return;
        await files.UpdateAsync([.. which.Select(file => new UpdateStatement(BsonDocument.Of("_id"u8, file),
            Documents.Of(bson => bson.BeginDocument("$set"u8).String("metadata.smtpd"u8, state).End())))], cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Notes of the files of messages that were written whether a message points to them. An earlier write of which nobody knew may have got
    /// through, with a file of its own; then this one is deleted. Of a message that is not seen nothing is deleted: cleaning looks again.
    /// </summary>
    public async Task SettleAsync(IReadOnlyDictionary<MessageId, MessageId> byMessage, CancellationToken cancellation)
    {
        BsonDocument filter = Documents.Of(bson => bson.In("_id"u8, byMessage.Keys));
        var kept = new List<MessageId>();
        var spare = new List<MessageId>();
        foreach (BsonDocument document in await _mails.FindAllAsync(filter, new FindOptions { Projection = _file }, cancellation).ConfigureAwait(false))
        {
            if (FileOf(document) is not { } file) continue;
            kept.Add(file);
            if (byMessage.TryGetValue(document["_id"u8].AsObjectId(), out MessageId written) && written != file) spare.Add(written);
        }
        await KeepAsync(kept, cancellation).ConfigureAwait(false);
        foreach (MessageId file in spare) await DeleteAsync(file, cancellation).ConfigureAwait(false);
    }

    /// <summary>The file to which a message points; null when it needs none.</summary>
    public static MessageId? FileOf(BsonDocument document) => document["smtpd"u8].AsDocument()["file"u8].TryObjectId(out MessageId file) ? file : null;

    /// <summary>The octets of a chunk; null when it is gone.</summary>
    public async ValueTask<byte[]?> ReadAsync(MessageId file, int number, CancellationToken cancellation)
    {
        BsonDocument filter = Documents.Of(bson => bson.ObjectId("files_id"u8, file).Int32("n"u8, number));
        return await chunks.FindOneAsync(filter, BsonDocument.Empty, cancellation).ConfigureAwait(false) is { } chunk ? chunk["data"u8].AsBinary().ToArray() : null;
    }

    /// <summary>The chunks first: what is left without a description nobody would find.</summary>
    public async ValueTask DeleteAsync(MessageId file, CancellationToken cancellation)
    {
        await chunks.DeleteAsync([new DeleteStatement(BsonDocument.Of("files_id"u8, file), IsMany: true)], cancellation).ConfigureAwait(false);
        await files.DeleteAsync([new DeleteStatement(BsonDocument.Of("_id"u8, file))], cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes files that were broken off.</summary>
    /// <returns>How many.</returns>
    public async Task<int> CleanAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        BsonDocument old = Documents.Of(bson => bson.In("metadata.smtpd"u8, (string[])["incoming", "leaving"]).String("metadata.messages"u8, mails.Inner.Name)
            .BeginDocument("uploadDate"u8).DateTime("$lt"u8, now - _patience).End());
        int cleaned = 0;
        foreach (BsonDocument document in await _files.FindAllAsync(old, new FindOptions { Projection = Documents.OnlyKey }, cancellation).ConfigureAwait(false))
        {
            MessageId file = document["_id"u8].AsObjectId();
            if (await _mails.FindOneAsync(BsonDocument.Of("smtpd.file"u8, file), Documents.OnlyKey, cancellation).ConfigureAwait(false) is null)
            {
                await DeleteAsync(file, cancellation).ConfigureAwait(false);
                cleaned++;
            }
            else await KeepAsync([file], cancellation).ConfigureAwait(false);
        }
        return cleaned;
    }

    /// <summary>An id for a document that is no message.</summary>
    public MessageId NextId()
    {
        lock (_lock) return _ids.Next();
    }

    private BsonDocument Describe(MessageId file, long length) => Documents.Of(bson => bson.ObjectId("_id"u8, file).Int64("length"u8, length).Int32("chunkSize"u8, ChunkOctets)
        .DateTime("uploadDate"u8, DateTimeOffset.UtcNow).String("filename"u8, $"{file}.eml").String("contentType"u8, "message/rfc822")
        .BeginDocument("metadata"u8).String("smtpd"u8, "incoming").String("messages"u8, mails.Inner.Name).End());

    private async Task WriteAsync(MessageId file, MessageBody body, int first, int end, CancellationToken cancellation)
    {
        using var bson = new BsonWriter((end - first) * (ChunkOctets + 128));
        byte[] octets = ArrayPool<byte>.Shared.Rent(ChunkOctets);
        var places = new List<(int Start, int End)>();
        for (int number = first; number < end; number++)
        {
            int count = body.Read((long)number * ChunkOctets, octets.AsSpan(0, ChunkOctets));
            int start = bson.Length;
            bson.BeginDocument().ObjectId("_id"u8, NextId()).ObjectId("files_id"u8, file).Int32("n"u8, number).Binary("data"u8, octets.AsSpan(0, count)).End();
            places.Add((start, bson.Length));
        }
        ArrayPool<byte>.Shared.Return(octets);
        await chunks.InsertAsync([.. places.Select(place => new BsonDocument(bson.Written[place.Start..place.End]))], cancellation).ConfigureAwait(false);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Changes entries of messages in slices. Each document is changed only if it is still as it was read, so that several processes, and
/// other programs, may change it at once; what somebody else changed meanwhile is read again, all from the primary.
/// </summary>
internal sealed class MailEdits(StoreCollection mails, MailFiles files)
{
    /// <summary>Messages of one slice: few milliseconds of the server's time.</summary>
    private const int SliceMessages = 500;

    /// <summary>So often a slice is read again before it is given up.</summary>
    private const int MostTries = 20;

    /// <summary>Deletions that are remembered until the server has told of them.</summary>
    private const int MostRemembered = 50_000;

    private readonly StoreCollection _mails = mails.Primary;
    private readonly byte[] _process = RandomNumberGenerator.GetBytes(8);
    private readonly Lock _lock = new();
    private readonly HashSet<MessageId> _deleted = [];
    private readonly Queue<MessageId> _deletedInOrder = new();
    private long _changes;

    /// <summary>Whether a message was deleted here, by the document's <c>_id</c>.</summary>
    public bool WasDeletedHere(MessageId key)
    {
        lock (_lock) return _deleted.Contains(key);
    }

    private void Remember(IEnumerable<MessageId> keys)
    {
        lock (_lock)
        {
            foreach (MessageId key in keys)
                if (_deleted.Add(key)) _deletedInOrder.Enqueue(key);
            while (_deletedInOrder.Count > MostRemembered) _deleted.Remove(_deletedInOrder.Dequeue());
        }
    }

    /// <summary>Whether a change was made here, by the field <c>changed</c> that each leaves in the document.</summary>
    public bool IsOurs(ReadOnlySpan<byte> changed) => changed.StartsWith(_process);

    /// <summary>Makes of a message's entries others; the same list when nothing changes. Called again when somebody else was faster.</summary>
    public delegate List<DeliveryEntry> Edit(MessageId key, List<DeliveryEntry> entries);

    /// <param name="ids">Null for all messages that are there now.</param>
    /// <param name="also">What must hold of messages beside.</param>
    /// <returns>How many messages of the scope there were.</returns>
    public async ValueTask<long> ChangeAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Edit edit, CancellationToken cancellation, Action<BsonWriter>? also = null)
    {
        if (scope.IsNothing) return 0;
        long found = 0;
        if (ids is not null)
        {
            foreach (MessageId[] slice in ids.Distinct().Chunk(SliceMessages))
            {
                List<BsonDocument> documents = await _mails.FindAllAsync(MailLists.ByIds(slice), Options(0), cancellation).ConfigureAwait(false);
                found += await ChangeSliceAsync(scope, documents, edit, cancellation).ConfigureAwait(false);
            }
            return found;
        }
        MessageId? before = null;
        while (true)
        {
            BsonDocument filter = Documents.Of(bson =>
            {
                ScopeFilter.Write(bson, scope);
                also?.Invoke(bson);
                if (before is { } place) bson.BeginDocument("_id"u8).ObjectId("$lt"u8, place).End();
            });
            List<BsonDocument> documents = await _mails.FindAllAsync(filter, Options(SliceMessages) with { Sort = Documents.NewestFirst, Hint = ScopeFilter.HintFor(scope) }, cancellation).ConfigureAwait(false);
            found += await ChangeSliceAsync(scope, documents, edit, cancellation).ConfigureAwait(false);
            if (documents.Count < SliceMessages) return found;
            before = documents[^1]["_id"u8].AsObjectId();
        }
    }

    /// <summary>Deletes messages as a whole.</summary>
    public async ValueTask<long> DeleteWholeAsync(IReadOnlyList<MessageId>? ids, CancellationToken cancellation)
    {
        long deleted = 0;
        if (ids is not null)
        {
            foreach (MessageId[] slice in ids.Distinct().Chunk(SliceMessages))
                deleted += await DeleteAsync(await _mails.FindAllAsync(MailLists.ByIds(slice), Options(0), cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return deleted;
        }
        List<BsonDocument> newest = await _mails.FindAllAsync(BsonDocument.Empty, Options(1) with { Sort = Documents.NewestFirst }, cancellation).ConfigureAwait(false);
        if (newest.Count == 0) return 0;
        BsonDocument there = Documents.Of(bson => bson.BeginDocument("_id"u8).ObjectId("$lte"u8, newest[0]["_id"u8].AsObjectId()).End());
        while (await _mails.FindAllAsync(there, Options(SliceMessages), cancellation).ConfigureAwait(false) is { Count: > 0 } slice)
            deleted += await DeleteAsync(slice, cancellation).ConfigureAwait(false);
        return deleted;
    }

    private async ValueTask<long> DeleteAsync(List<BsonDocument> documents, CancellationToken cancellation)
    {
        if (documents.Count == 0) return 0;
        Remember(documents.Select(one => one["_id"u8].AsObjectId()));
        await files.LeaveAsync(FilesOf(documents), cancellation).ConfigureAwait(false);
        BsonDocument filter = Documents.Of(bson => bson.In("_id"u8, documents.Select(one => one["_id"u8].AsObjectId())));
        long deleted = await _mails.DeleteAsync([new DeleteStatement(filter, IsMany: true)], cancellation).ConfigureAwait(false);
        await DeleteFilesAsync(documents, cancellation).ConfigureAwait(false);
        return deleted;
    }

    private async ValueTask DeleteFilesAsync(IEnumerable<BsonDocument> documents, CancellationToken cancellation)
    {
        foreach (MessageId file in FilesOf(documents)) await files.DeleteAsync(file, cancellation).ConfigureAwait(false);
    }

    private static List<MessageId> FilesOf(IEnumerable<BsonDocument> documents) => [.. documents.Select(MailFiles.FileOf).OfType<MessageId>()];

    private async ValueTask<long> ChangeSliceAsync(MailScope scope, List<BsonDocument> documents, Edit edit, CancellationToken cancellation)
    {
        var found = new HashSet<MessageId>();
        for (int tries = 0; tries < MostTries; tries++)
        {
            var updates = new List<UpdateStatement>();
            var deletions = new List<DeleteStatement>();
            var gone = new List<BsonDocument>();
            var meant = new List<MessageId>();
            foreach (BsonDocument document in documents)
            {
                List<DeliveryEntry> entries = DeliveryEntry.ReadAll(document);
                if (!scope.IsEverything && !entries.Exists(entry => scope.Contains(entry.Mailbox))) continue;
                MessageId key = document["_id"u8].AsObjectId();
                found.Add(key);
                List<DeliveryEntry> changed = edit(key, [.. entries]);
                if (changed.Count == entries.Count && changed.Zip(entries).All(pair => pair.First == pair.Second) && document.Has("deliveries"u8)) continue;
                meant.Add(key);
                if (changed.Count > 0) updates.Add(Update(document, key, changed));
                else
                {
                    deletions.Add(new DeleteStatement(AsItWas(document, key)));
                    gone.Add(document);
                }
            }
            long done = 0;
            if (updates.Count > 0) done += (await _mails.UpdateAsync(updates, cancellation).ConfigureAwait(false)).Matched;
            await files.LeaveAsync(FilesOf(gone), cancellation).ConfigureAwait(false);
            Remember(gone.Select(one => one["_id"u8].AsObjectId()));
            if (deletions.Count > 0) done += await _mails.DeleteAsync(deletions, cancellation).ConfigureAwait(false);
            List<BsonDocument> left = done == meant.Count ? [] : await _mails.FindAllAsync(Documents.Of(bson => bson.In("_id"u8, meant)), Options(0), cancellation).ConfigureAwait(false);
            var there = new HashSet<MessageId>(left.Select(one => one["_id"u8].AsObjectId()));
            await DeleteFilesAsync(gone.Where(one => !there.Contains(one["_id"u8].AsObjectId())), cancellation).ConfigureAwait(false);
            await files.KeepAsync(FilesOf(gone.Where(one => there.Contains(one["_id"u8].AsObjectId()))), cancellation).ConfigureAwait(false);
            if (left.Count == 0) return found.Count;
            documents = left;
        }
        throw new StoreException($"{mails.Name}: messages were changed by others faster than they could be changed here; try again");
    }

    private UpdateStatement Update(BsonDocument document, MessageId key, List<DeliveryEntry> entries)
    {
        byte[] changed = [.. _process, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(changed.AsSpan(_process.Length), Interlocked.Increment(ref _changes));
        bool isNew = !document.Has("deliveries"u8);
        return new UpdateStatement(AsItWas(document, key), Documents.Of(bson =>
        {
            bson.BeginDocument("$set"u8);
            WriteFields(bson, entries);
            bson.Binary("changed"u8, changed);
            if (isNew) bson.Boolean("unindexed"u8, true);
            bson.End();
        }));
    }

    /// <summary>The fields that follow from entries, the original's among them.</summary>
    private static void WriteFields(BsonWriter bson, List<DeliveryEntry> entries)
    {
        DeliveryEntry.WriteAll(bson, entries);
        DeliveryEntry.WriteUnreadBy(bson, entries);
        bson.Boolean("unread"u8, entries.Exists(entry => !entry.Read)).Boolean("starred"u8, entries.Exists(entry => entry.Starred));
        bson.Boolean("tagged"u8, entries.Exists(entry => entry.Tags.Count > 0));
    }

    /// <summary>Gives a message of the original its entries, if nobody has yet.</summary>
    public static UpdateStatement Adopt(BsonDocument document, List<DeliveryEntry> entries) =>
        new(Documents.Of(bson => bson.ObjectId("_id"u8, document["_id"u8].AsObjectId()).Exists("deliveries"u8, false)), Documents.Of(bson =>
        {
            bson.BeginDocument("$set"u8);
            DeliveryEntry.WriteAll(bson, entries);
            DeliveryEntry.WriteUnreadBy(bson, entries);
            bson.Boolean("unindexed"u8, true).End();
        }));

    /// <summary>The document, if marks and entries are what they were.</summary>
    private static BsonDocument AsItWas(BsonDocument document, MessageId key) => Documents.Of(bson =>
    {
        bson.ObjectId("_id"u8, key);
        foreach (string field in (ReadOnlySpan<string>)["deliveries", "unread", "starred"])
        {
            byte[] name = System.Text.Encoding.ASCII.GetBytes(field);
            if (document.Has(name)) bson.Element(document[name]);
            else bson.Exists(name, false);
        }
    });

    private static FindOptions Options(int limit) => new() { Projection = StoredMail.EntriesProjection, Limit = limit };
}

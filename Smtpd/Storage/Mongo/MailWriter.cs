using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Commits batches. Called by the intake's writer alone, whose thread waits for the server: mail that comes meanwhile is the next batch.</summary>
internal sealed class MailWriter(StoreCollection mails, MailFiles files, MailboxNames names, string domain, TimeSpan patience) : IDisposable
{
    /// <summary>A big body's way into its file is asked about so long before the writer sees to small mail again.</summary>
    private static readonly TimeSpan _glance = TimeSpan.FromMilliseconds(2);

    private readonly MailDocumentWriter _documents = new(domain);

    /// <summary>Holds no message: one that went elsewhere meanwhile is never asked for again.</summary>
    private readonly ConditionalWeakTable<ReceivedMail, Task<MessageId>> _uploads = [];

    private readonly ConcurrentDictionary<ulong, bool> _processes = new();
    private readonly CancellationTokenSource _stop = new();
    private BsonWriter _bson = new(BatchOctets);

    /// <summary>Memory for a batch of everyday mail. A larger one is given back behind its batch.</summary>
    private const int BatchOctets = 1024 * 1024;

    private const int MostKeptOctets = 16 * BatchOctets;

    /// <summary>Whether an id was given by this process, be it now or before a message was spooled.</summary>
    public bool IsOurs(MessageId id) => _processes.ContainsKey(ProcessOf(id));

    /// <summary>Writes a body that is too big for a document into its file, beside the batches.</summary>
    /// <returns>True when all is written, or there is nothing to write.</returns>
    public bool WriteAhead(ReceivedMail mail)
    {
        if (!_uploads.TryGetValue(mail, out Task<MessageId>? upload))
        {
            if (!MailDocumentWriter.IsTooBig(mail)) return true;
            _uploads.Add(mail, Task.Run(() => files.BeginAsync(mail.Body, _stop.Token)));
            return false;
        }
        try
        {
            return upload.Wait(_glance);
        }
        catch (AggregateException failure)
        {
            _uploads.Remove(mail);
            if (failure.InnerException is StoreException known) throw known;
            throw new StoreException($"{mails.Name}: a large message cannot be written: {failure.InnerException?.Message}", cause: failure);
        }
    }

    /// <exception cref="StoreException">Not all of them are known to be safe. Where the server refused single ones, <see cref="StoreException.Refused"/> names them.</exception>
    public void Commit(IReadOnlyList<ReceivedMail> batch) => CommitAsync(batch).GetAwaiter().GetResult();

    private async Task CommitAsync(IReadOnlyList<ReceivedMail> batch)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        TimeSpan limit = patience + BatchTime.ForSizeOf(batch);
        time.CancelAfter(limit);
        _bson.Clear();
        var places = new List<(int Start, int End)>(batch.Count);
        var filed = new Dictionary<MessageId, MessageId>();
        try
        {
            foreach (ReceivedMail mail in batch)
            {
                _processes.TryAdd(ProcessOf(mail.Id), true);
                MessageId? file = null;
                if (_uploads.TryGetValue(mail, out Task<MessageId>? upload))
                {
                    _uploads.Remove(mail);
                    file = await upload.ConfigureAwait(false);
                    await files.CompleteAsync(file.Value, mail.Body, time.Token).ConfigureAwait(false);
                    filed[mail.Id] = file.Value;
                }
                int start = _bson.Length;
                _documents.Write(_bson, mail, file);
                places.Add((start, _bson.Length));
            }
            Task named = names.NoteAsync(batch, time.Token);
            bool areNew = await InsertAsync(batch, [.. places.Select(place => new BsonDocument(_bson.Written[place.Start..place.End]))], time.Token).ConfigureAwait(false);
            await named.ConfigureAwait(false);
            if (filed.Count == 0) return;
            if (areNew) await files.KeepAsync([.. filed.Values], time.Token).ConfigureAwait(false);
            else await files.SettleAsync(filed, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new StoreException($"{mails.Name}: no answer within {limit.TotalSeconds:0.#} seconds (mongo.timeout)");
        }
        catch (OperationCanceledException)
        {
            throw new StoreException($"{mails.Name}: the program is stopping");
        }
        finally
        {
            if (_bson.Length > MostKeptOctets)
            {
                _bson.Dispose();
                _bson = new BsonWriter(BatchOctets);
            }
        }
    }

    /// <returns>False when some of them were there already.</returns>
    private async Task<bool> InsertAsync(IReadOnlyList<ReceivedMail> batch, List<BsonDocument> documents, CancellationToken cancellation)
    {
        try
        {
            await mails.Inner.InsertAsync(documents, isOrdered: false, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (MongoException failure) when (failure.Failure == MongoFailure.DuplicateKey)
        {
            // An earlier try had got through: the same id is the same message.
            return false;
        }
        catch (MongoException failure)
        {
            StoreException told = StoreCollection.Translate(failure);
            HashSet<MessageId> refused = [.. failure.WriteErrors.Where(error => !error.IsDuplicateKey).Select(error => batch[error.Index].Id)];
            // Only where the server has said of each what became of it, and will say the same again.
            if (failure.Failure != MongoFailure.Command || refused.Count == 0 || failure.WriteErrors.Any(error => error.IsPassing)) throw told;
            throw new StoreException(told.Message, told.IsFull, failure) { Refused = refused };
        }
    }

    private static ulong ProcessOf(MessageId id)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        id.Write(octets);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(octets[1..]) & 0xFF_FFFF_FFFF;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _bson.Dispose();
    }
}

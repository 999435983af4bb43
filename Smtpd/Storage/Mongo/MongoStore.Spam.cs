namespace Smtpd.Storage.Mongo;

/// <summary>Who has sent spam: the original's collection <c>SpamDB</c>.</summary>
internal sealed partial class MongoStore : ISpamRecords
{
    /// <summary>Notes that are on their way at once. In a flood the rest is let go: they are for people who look for patterns.</summary>
    private const int MostNotes = 100;

    private int _notes;

    public void NoteSpam(string client, string sender)
    {
        if (Interlocked.Increment(ref _notes) <= MostNotes) _ = Task.Run(() => WriteNoteAsync(client, sender));
        else Interlocked.Decrement(ref _notes);
    }

    private async Task WriteNoteAsync(string client, string sender)
    {
        try
        {
            await Collection("SpamDB").InsertAsync([Documents.Of(bson => bson.ObjectId("_id"u8, _files.NextId()).String("hostname"u8, "").String("ipaddress"u8, client)
                .String("type"u8, "").String("email"u8, sender).DateTime("createdat"u8, DateTimeOffset.UtcNow).Boolean("isactive"u8, true))], CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            _log.Trace($"store: spam of {client} is not noted: {failure.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _notes);
        }
    }
}

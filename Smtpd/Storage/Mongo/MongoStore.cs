using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Operations;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Messages in a MongoDB database, as gleez/smtpd kept them and with what it lacked in fields beside. Any number of processes write to
/// it at once and share nothing else.
/// </summary>
internal sealed partial class MongoStore : IMailStore, IUserStore, IAttachmentIds
{
    /// <summary>At the start the newest message is asked for; a server that does not answer does not stop the start.</summary>
    private static readonly TimeSpan _firstLook = TimeSpan.FromSeconds(2);

    /// <summary>For a database that does not answer at all whoever reads waits no longer than this.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly MongoClient _client;
    private readonly StoreCollection _mails;
    private readonly MailFiles _files;
    private readonly MailLists _lists;
    private readonly MailEdits _edits;
    private readonly MailboxNames _names;
    private readonly MailWriter _writer;
    private readonly MailSources _sources;
    private readonly MailSearch _search;

    /// <summary>For those who change or delete what they find.</summary>
    private readonly MailSearch _matches;

    private readonly MailIndexer _indexer;
    private readonly MongoUpkeep _upkeep;
    private readonly MongoUsers _users;
    private readonly MongoTickets _tickets;
    private readonly FreeSpace _freeSpace;
    private readonly MongoStoreSettings _settings;
    private readonly Log _log;
    private MongoFollower? _follower;

    /// <param name="client">Its owner is the store from now on.</param>
    /// <exception cref="StoreException">The folder for bodies cannot be used.</exception>
    public MongoStore(MongoClient client, MongoStoreSettings settings, Log log)
    {
        _client = client;
        _settings = settings;
        _log = log;
        StagingFolder = Path.GetFullPath(settings.StagingFolder);
        try
        {
            Directory.CreateDirectory(StagingFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{StagingFolder}: cannot be created or written: {failure.Message}", cause: failure);
        }
        _mails = Collection(settings.Collection);
        _files = new MailFiles(Collection("fs.files"), Collection("fs.chunks"), _mails);
        _lists = new MailLists(_mails);
        _edits = new MailEdits(_mails, _files);
        _names = new MailboxNames(Collection($"{settings.Collection}.mailboxes"), _lists);
        _writer = new MailWriter(_mails, _files, _names, settings.Domain, settings.Timeout);
        _sources = new MailSources(_mails, _lists, _files);
        _search = new MailSearch(_mails, _lists, _sources);
        StoreCollection primary = _mails.Primary;
        var lists = new MailLists(primary);
        var sources = new MailSources(primary, lists, new MailFiles(Collection("fs.files"), Collection("fs.chunks").Primary, primary));
        _matches = new MailSearch(primary, lists, sources);
        _indexer = new MailIndexer(primary, sources, log);
        _users = new MongoUsers(Collection("Users"), Collection("SmtpdSecrets"));
        _tickets = new MongoTickets(Collection("SmtpdTickets"), _users);
        _freeSpace = new FreeSpace(StagingFolder, settings.MinFreeBytes, Space, log);
        NewestId = FindNewest();
        _upkeep = new MongoUpkeep(client, settings, primary, _names, _files, _indexer, _users, Collection, log);
    }

    public string Description => $"mongodb {string.Join(',', _client.Settings.Hosts)} {_mails.Name}";

    /// <summary>Nobody has to try in vain first: what the looks at the servers say counts as well.</summary>
    public string? Trouble => _upkeep.Trouble ?? (_client.Silence is { } silence ? $"{_mails.Name}: {silence}" : null);

    public long SizeInBytes => _upkeep.SizeInBytes;

    public MessageId NewestId { get; }

    public string StagingFolder { get; }

    public StoreSpace Space { get; } = new();

    /// <summary>Up to now all words are written down; for tests.</summary>
    internal ValueTask<long> CountUnindexedAsync() => _mails.CountAsync(Documents.Of(bson => bson.Boolean("unindexed"u8, true)), CancellationToken.None);

    /// <summary>Completes when the indexes are built, or could not be; for tests.</summary>
    internal Task Prepared => _upkeep.Prepared;

    internal StoreCollection Collection(string name) => new(_client.Collection(_settings.Database, name));

    private MessageId FindNewest()
    {
        using var time = new CancellationTokenSource(_firstLook);
        try
        {
            // No id that is given from now on is smaller.
            return Task.Run(() => new MailLists(_mails.Primary).LatestAsync(MailScope.Everything, time.Token).AsTask(), time.Token).GetAwaiter().GetResult() ?? default;
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException)
        {
            _log.Warn($"store: {Description} does not answer yet: {(failure is StoreException ? failure.Message : "no answer in time")}");
            return default;
        }
    }

    /// <summary>Tells the feed what other processes do to the mail, from now on.</summary>
    public void Follow(MailFeed feed) => _follower ??= new MongoFollower(_mails, _writer, _edits, feed, _log);

    public bool WriteAhead(ReceivedMail mail) => _writer.WriteAhead(mail);

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        try
        {
            _writer.Commit(batch);
        }
        catch (StoreException failure)
        {
            if (failure.Refused is { } refused) _indexer.Notice([.. batch.Where(mail => !refused.Contains(mail.Id))]);
            else _upkeep.Failed(failure);
            throw;
        }
        _indexer.Notice(batch);
    }

    public void Tend(bool idle)
    {
        // What there is to do is done beside the writer.
    }

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        _lists.PageAsync(scope, start, before, limit, cancellation);

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => _lists.LatestAsync(scope, cancellation);

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) => _lists.FindAsync(scope, id, cancellation);

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => _sources.FindPartsAsync(id, cancellation);

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) => _sources.OpenAsync(id, cancellation);

    public ValueTask<(MessageId Message, string Section)?> FindAttachmentAsync(MailScope scope, string attachment, CancellationToken cancellation) =>
        _sources.FindAttachmentAsync(scope, attachment, cancellation);

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) =>
        _edits.ChangeAsync(scope, ids, (_, entries) => Replace(entries, scope, entry => entry with { Read = marks.Read ?? entry.Read, Starred = marks.Starred ?? entry.Starred }), cancellation);

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) => scope.IsEverything
        ? _edits.DeleteWholeAsync(ids, cancellation)
        : _edits.ChangeAsync(scope, ids, (_, entries) => entries.FindAll(entry => !scope.Contains(entry.Mailbox)), cancellation);

    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) => query.Terms.Count == 0
        ? ListAsync(scope, start, before, limit, cancellation)
        : _search.SearchAsync(scope, query, start, before, limit, cancellation);

    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) => _matches.MatchAsync(scope, query, cancellation);

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) =>
        _names.ListAsync(scope, domains, filter, after, limit, cancellation);

    public async ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) =>
        TagNames.InOrder((await CountTagsAsync(scope, cancellation).ConfigureAwait(false)).Keys);

    public async ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (scope.IsNothing) return counts;
        foreach (BsonDocument tag in await _mails.AggregateAsync(TagCounting(scope), cancellation).ConfigureAwait(false)) counts[tag["_id"u8].AsString() ?? ""] = tag["n"u8].AsInt64();
        return counts;
    }

    /// <summary>The server counts: the messages that have tags may be many, and only the names of their tags are of interest.</summary>
    private static BsonDocument TagCounting(MailScope scope) => Documents.ArrayOf(stages =>
    {
        Tagged(ScopeFilter.Write(stages.BeginDocument(default).BeginDocument("$match"u8), scope)).End().End();
        // In this order by the index of all that have tags; for mailboxes and domains there is one that begins with them.
        if (scope.IsEverything) stages.BeginDocument(default).Document("$sort"u8, Documents.NewestFirst).End();
        stages.BeginDocument(default).String("$unwind"u8, "$deliveries").End();
        if (!scope.IsEverything) ScopeFilter.Write(stages.BeginDocument(default).BeginDocument("$match"u8), scope).End().End();
        stages.BeginDocument(default).String("$unwind"u8, "$deliveries.tags").End();
        // A message counts once, however many of its entries have the tag.
        stages.BeginDocument(default).BeginDocument("$group"u8).BeginDocument("_id"u8).String("message"u8, "$_id").String("tag"u8, "$deliveries.tags").End().End().End();
        stages.BeginDocument(default).BeginDocument("$group"u8).String("_id"u8, "$_id.tag").BeginDocument("n"u8).Int32("$sum"u8, 1).End().End().End();
    });

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation)
    {
        string[] each = [.. tags.Distinct(StringComparer.Ordinal)];
        return _edits.ChangeAsync(scope, ids, (_, entries) => Replace(entries, scope, entry => entry with { Tags = each }), cancellation);
    }

    public async ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation)
    {
        var renamed = new Dictionary<MessageId, long>();
        await _edits.ChangeAsync(scope, null, (key, entries) =>
        {
            long count = entries.Count(entry => scope.Contains(entry.Mailbox) && entry.Tags.Contains(tag));
            if (count > 0) renamed[key] = count;
            return tag == newName ? entries : Replace(entries, scope, entry => entry.Tags.Contains(tag) ? entry with { Tags = Renamed(entry.Tags, tag, newName) } : entry);
        }, cancellation, bson => Tagged(bson).String("deliveries.tags"u8, tag)).ConfigureAwait(false);
        return renamed.Values.Sum();
    }

    /// <summary>By this an index of the few messages that have tags is used.</summary>
    private static BsonWriter Tagged(BsonWriter bson) => bson.Boolean("tagged"u8, true);

    private static string[] Renamed(IReadOnlyList<string> tags, string tag, string? newName) =>
        [.. tags.Select(one => one == tag ? newName : one).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static List<DeliveryEntry> Replace(List<DeliveryEntry> entries, MailScope scope, Func<DeliveryEntry, DeliveryEntry> change) =>
        [.. entries.Select(entry => scope.Contains(entry.Mailbox) ? change(entry) : entry)];

    public async ValueTask DisposeAsync()
    {
        if (_follower is not null) await _follower.DisposeAsync().ConfigureAwait(false);
        await _indexer.DisposeAsync().ConfigureAwait(false);
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _freeSpace.DisposeAsync().ConfigureAwait(false);
        _writer.Dispose();
        _search.Dispose();
        _matches.Dispose();
        _users.Dispose();
        await _client.DisposeAsync().ConfigureAwait(false);
    }
}

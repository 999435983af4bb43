using System.Diagnostics;
using System.Runtime.CompilerServices;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Searches: candidates come from the server by what it can tell, the newest first, and each is looked at here for what it cannot. Where
/// the words that must stand in a message are in few, their ids are fetched and sorted; else all messages are walked through.
/// </summary>
internal sealed class MailSearch(StoreCollection mails, MailLists lists, MailSources sources) : IDisposable
{
    /// <summary>Searches that run at once; more wait. Lists and messages are read beside them.</summary>
    private const int MostSearches = 4;

    /// <summary>Matches that are counted; of more it is said that there are at least so many.</summary>
    private const long MostCounted = 10_000;

    /// <summary>Of the newest messages, so many whose words are not written down yet are looked at one by one.</summary>
    private const int MostUnindexed = 2000;

    /// <summary>Sources that are read for what the words cannot tell.</summary>
    private const int MostRead = 10_000;

    /// <summary>Ids that are fetched at once and sorted here.</summary>
    private const int MostListed = 20_000;

    private const int SliceOfMatches = 1000;

    private const int SliceMessages = 200;

    /// <summary>Then counting ends, if the page is full.</summary>
    private static readonly TimeSpan _countingTime = TimeSpan.FromSeconds(1);

    private static readonly BsonDocument _projection = Documents.Of(bson => bson.Elements(StoredMail.Projection).Int32("smtpd.parts"u8, 1));

    private readonly SemaphoreSlim _searches = new(MostSearches);

    /// <summary>What one search has looked at.</summary>
    private sealed class Effort
    {
        public int Read { get; set; }

        /// <summary>True once something was passed over.</summary>
        public bool IsIncomplete { get; set; }

        /// <summary>False: everything is looked at, however long it takes.</summary>
        public required bool IsBounded { get; init; }
    }

    /// <summary>A message that the words may be known of.</summary>
    private readonly record struct Candidate(StoredMail Mail, BsonDocument Document, bool AreWordsKnown);

    /// <inheritdoc cref="IMailStore.SearchAsync"/>
    public async ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        MessageId? key = before is { } id ? await lists.KeyOfAsync(id, cancellation).ConfigureAwait(false) : null;
        await _searches.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var effort = new Effort { IsBounded = true };
            var page = new List<MessageSummary>();
            long total = 0, unread = 0, passed = 0, began = Stopwatch.GetTimestamp();
            await foreach (StoredMail match in MatchesAsync(scope, query, null, effort, cancellation).ConfigureAwait(false))
            {
                MessageSummary message = match.SummaryIn(scope)!;
                total++;
                if (!message.Read) unread++;
                if ((key is null || match.Key < key) && passed++ >= start && page.Count < limit) page.Add(message);
                bool isFull = page.Count == limit;
                if (!isFull || (total < MostCounted && Stopwatch.GetElapsedTime(began) < _countingTime)) continue;
                // Whether this was the very last match is not looked for.
                effort.IsIncomplete = true;
                break;
            }
            return new MessagePage(total, unread, page) { IsIncomplete = effort.IsIncomplete };
        }
        finally
        {
            _searches.Release();
        }
    }

    /// <inheritdoc cref="IMailStore.MatchAsync"/>
    public async IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Each slice is a search of its own, so that whoever deletes the matches in between holds no cursor.
        MessageId? before = null;
        while (true)
        {
            var ids = new List<MessageId>();
            await foreach (StoredMail match in MatchesAsync(scope, query, before, new Effort { IsBounded = false }, cancellation).ConfigureAwait(false))
            {
                ids.Add(match.Summary.Id);
                before = match.Key;
                if (ids.Count == SliceOfMatches) break;
            }
            if (ids.Count > 0) yield return ids;
            if (ids.Count < SliceOfMatches) yield break;
        }
    }

    private async IAsyncEnumerable<StoredMail> MatchesAsync(MailScope scope, SearchQuery query, MessageId? before, Effort effort, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (scope.IsNothing) yield break;
        SearchQuery unsure = query with { Terms = [.. query.Terms.Where(term => !SearchKeys.IsSure(term, scope))] };
        await foreach (Candidate candidate in CandidatesAsync(scope, query, before, effort, cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!MarksHold(query, candidate.Mail, scope)) continue;
            if (await WordsHoldAsync(candidate.AreWordsKnown ? unsure : query, candidate, scope, effort, cancellation).ConfigureAwait(false)) yield return candidate.Mail;
            if (effort is { IsBounded: true, Read: >= MostRead }) effort.IsIncomplete = true;
            if (effort is { IsBounded: true, IsIncomplete: true, Read: >= MostRead }) yield break;
        }
    }

    /// <summary>Those whose words are written down and those whose are not, in one order.</summary>
    private async IAsyncEnumerable<Candidate> CandidatesAsync(MailScope scope, SearchQuery query, MessageId? before, Effort effort, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!SearchKeys.Wanted(query).Any())
        {
            await foreach (Candidate one in WalkAsync(Filter(scope, query, before, areIndexed: null), scope, areWordsKnown: false, cancellation).ConfigureAwait(false)) yield return one;
            yield break;
        }
        // In this order: what is written down between the two queries comes from both, and nothing from neither.
        List<MessageId> waiting = await KeysAsync(Filter(scope, query, before, areIndexed: false), effort.IsBounded ? MostUnindexed + 1 : 0, cancellation).ConfigureAwait(false);
        if (effort.IsBounded && waiting.Count > MostUnindexed)
        {
            effort.IsIncomplete = true;
            waiting.RemoveAt(MostUnindexed);
        }
        IAsyncEnumerator<Candidate> indexed = IndexedAsync(scope, query, before, cancellation).GetAsyncEnumerator(cancellation);
        IAsyncEnumerator<Candidate> others = LookUpAsync(waiting, scope, areWordsKnown: false, cancellation).GetAsyncEnumerator(cancellation);
        await using ConfiguredAsyncDisposable first = indexed.ConfigureAwait(false), second = others.ConfigureAwait(false);
        bool hasIndexed = await indexed.MoveNextAsync().ConfigureAwait(false), hasOther = await others.MoveNextAsync().ConfigureAwait(false);
        while (hasIndexed || hasOther)
        {
            if (!hasOther || (hasIndexed && indexed.Current.Mail.Key > others.Current.Mail.Key))
            {
                yield return indexed.Current;
                hasIndexed = await indexed.MoveNextAsync().ConfigureAwait(false);
                continue;
            }
            if (hasIndexed && indexed.Current.Mail.Key == others.Current.Mail.Key) hasIndexed = await indexed.MoveNextAsync().ConfigureAwait(false);
            yield return others.Current;
            hasOther = await others.MoveNextAsync().ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<Candidate> IndexedAsync(MailScope scope, SearchQuery query, MessageId? before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        BsonDocument filter = Filter(scope, query, before, areIndexed: true);
        // Sorted here: the server would sort whole documents.
        List<BsonDocument> few = await mails.FindAllAsync(filter, new FindOptions { Projection = Documents.OnlyKey, Limit = MostListed + 1 }, cancellation).ConfigureAwait(false);
        IAsyncEnumerable<Candidate> found = few.Count > MostListed
            ? WalkAsync(filter, scope, areWordsKnown: true, cancellation, Documents.OnlyKey)
            : LookUpAsync([.. few.Select(document => document["_id"u8].AsObjectId()).OrderDescending()], scope, areWordsKnown: true, cancellation);
        await foreach (Candidate one in found.ConfigureAwait(false)) yield return one;
    }

    private async ValueTask<List<MessageId>> KeysAsync(BsonDocument filter, int limit, CancellationToken cancellation)
    {
        var options = new FindOptions { Projection = Documents.OnlyKey, Sort = Documents.NewestFirst, Limit = limit };
        return [.. (await mails.FindAllAsync(filter, options, cancellation).ConfigureAwait(false)).Select(document => document["_id"u8].AsObjectId())];
    }

    /// <param name="keys">The newest first.</param>
    private async IAsyncEnumerable<Candidate> LookUpAsync(List<MessageId> keys, MailScope scope, bool areWordsKnown, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var options = new FindOptions { Projection = _projection, Sort = Documents.NewestFirst };
        foreach (MessageId[] slice in keys.Chunk(SliceMessages))
        {
            foreach (BsonDocument document in await mails.FindAllAsync(Documents.Of(bson => bson.In("_id"u8, slice)), options, cancellation).ConfigureAwait(false))
                if (StoredMail.Read(document) is { } mail && mail.SummaryIn(scope) is not null) yield return new Candidate(mail, document, areWordsKnown);
        }
    }

    private async IAsyncEnumerable<Candidate> WalkAsync(BsonDocument filter, MailScope scope, bool areWordsKnown, [EnumeratorCancellation] CancellationToken cancellation, BsonDocument hint = default)
    {
        var options = new FindOptions { Projection = _projection, Sort = Documents.NewestFirst, BatchSize = SliceMessages, Hint = hint.IsEmpty ? ScopeFilter.HintFor(scope) : hint };
        MongoCursor cursor = await mails.OpenAsync(filter, options, cancellation).ConfigureAwait(false);
        await using (cursor.ConfigureAwait(false))
        {
            while (await StoreCollection.MoveNextAsync(cursor).ConfigureAwait(false))
                if (StoredMail.Read(cursor.Current) is { } mail && mail.SummaryIn(scope) is not null) yield return new Candidate(mail, cursor.Current, areWordsKnown);
        }
    }

    /// <param name="areIndexed">Null: whether words are written down or not, and whatever they are.</param>
    private static BsonDocument Filter(MailScope scope, SearchQuery query, MessageId? before, bool? areIndexed) => Documents.Of(bson =>
    {
        ScopeFilter.Write(bson, scope);
        if (before is { } place) bson.BeginDocument("_id"u8).ObjectId("$lt"u8, place).End();
        (long? from, long? to, long? above, long? most) = (null, null, null, null);
        foreach (SearchTerm term in query.Terms)
        {
            if (term is TimeTerm { IsNegated: false } since) from = Math.Max(from ?? long.MinValue, CeilingOf(since.From));
            if (term is TimeTerm { IsNegated: true } until) to = Math.Min(to ?? long.MaxValue, CeilingOf(until.From));
            if (term is SizeTerm { IsNegated: false } larger) above = Math.Max(above ?? long.MinValue, larger.Above);
            if (term is SizeTerm { IsNegated: true } smaller) most = Math.Min(most ?? long.MaxValue, smaller.Above);
        }
        if (from is not null || to is not null)
        {
            bson.BeginDocument("created"u8);
            if (from is { } first) bson.DateTime("$gte"u8, first);
            if (to is { } end) bson.DateTime("$lt"u8, end);
            bson.End();
        }
        if (above is not null || most is not null)
        {
            bson.BeginDocument("content.size"u8);
            if (above is { } least) bson.Int64("$gt"u8, least);
            if (most is { } greatest) bson.Int64("$lte"u8, greatest);
            bson.End();
        }
        if (query.Terms.Any(term => term is MarkTerm { Mark: SearchMark.Unread, IsNegated: false })) ScopeFilter.WriteUnread(bson, scope);
        if (query.Terms.Any(term => term is MarkTerm { Mark: SearchMark.Starred, IsNegated: false })) bson.Boolean("starred"u8, true);
        if (query.Terms.Any(term => term is TagTerm { IsNegated: false } or MarkTerm { Mark: SearchMark.Tagged, IsNegated: false })) bson.Boolean("tagged"u8, true);
        if (areIndexed is not { } indexed) return;
        if (!indexed) bson.Exists("unindexed"u8, true);
        else SearchKeys.WriteWanted(bson, query, scope);
    });

    /// <summary>Times are kept in milliseconds; a message of that very one must not be counted to the time before it.</summary>
    private static long CeilingOf(DateTimeOffset time) => (long)Math.Ceiling((time - DateTimeOffset.UnixEpoch).TotalMilliseconds);

    private static bool MarksHold(SearchQuery query, StoredMail mail, MailScope scope)
    {
        MessageSummary? seen = mail.SummaryIn(scope);
        if (seen is null) return false;
        foreach (SearchTerm term in query.Terms)
        {
            if (SearchMatcher.IsAboutText(term)) continue;
            bool holds = term switch
            {
                MarkTerm { Mark: SearchMark.Unread } => !seen.Read,
                MarkTerm { Mark: SearchMark.Starred } => seen.Starred,
                MarkTerm => seen.Tags.Count > 0,
                TagTerm tag => seen.Tags.Any(one => SearchQuery.TagKey(one) == tag.Key),
                PlaceTerm place => (place.IsDomain ? scope.InDomain(place.Key) : scope.InMailbox(place.Key)) is var there && mail.Entries.Any(entry => there.Contains(entry.Mailbox)),
                TimeTerm time => seen.Created >= time.From,
                SizeTerm size => seen.Size > size.Above,
                _ => throw new ArgumentException($"{term} is not known", nameof(query)),
            };
            if (holds == term.IsNegated) return false;
        }
        return true;
    }

    private async ValueTask<bool> WordsHoldAsync(SearchQuery query, Candidate candidate, MailScope scope, Effort effort, CancellationToken cancellation)
    {
        if (!query.Terms.Any(SearchMatcher.IsAboutText)) return true;
        MessageId id = candidate.Mail.Summary.Id;
        PartTree? parts = MailSources.PartsIn(candidate.Document) ?? await sources.FindPartsAsync(id, cancellation).ConfigureAwait(false);
        if (parts is null) return false;
        return await SearchScan.MatchesTextAsync(query, SearchDocument.Of(candidate.Mail.Summary, parts, scope), parts, () =>
        {
            effort.Read++;
            return sources.OpenAsync(id, cancellation);
        }, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _searches.Dispose();
}

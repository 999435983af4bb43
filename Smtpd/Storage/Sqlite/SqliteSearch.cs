using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>What a search is to give.</summary>
/// <param name="Start">Matches to pass over.</param>
/// <param name="Before">If given, only matches of smaller numbers are given; all are counted.</param>
/// <param name="Limit">So many matches.</param>
/// <param name="Counts">True to count them too, and to be content with a part where all would take too long.</param>
internal sealed record SqliteSearchOrder(long Start, long? Before, int Limit, bool Counts);

/// <summary>Matches, the newest first.</summary>
internal sealed record SqliteSearchResult(List<MessageId> Ids, long Total, long Unread, bool IsIncomplete)
{
    /// <summary>The number of the last one.</summary>
    public long Last { get; init; }
}

/// <summary>One search. Runs on the calling thread, on connections that nobody else uses meanwhile.</summary>
internal sealed class SqliteSearch(SqliteConnection store, SqliteConnection? index, MailScope scope, SearchQuery query)
{
    /// <summary>Matches that are counted; of more it is said that there are at least so many.</summary>
    public const long MostCounted = 10_000;

    /// <summary>Of the newest messages, so many that the index has not reached are looked at one by one.</summary>
    public const int MostUnindexed = 2000;

    /// <summary>Sources that are read for what the index cannot tell.</summary>
    public const int MostRead = 10_000;

    /// <summary>Messages that are looked through for the count alone, however long it takes; beyond, until the time is over.</summary>
    private const long CheapMessages = 50_000;

    private static readonly TimeSpan _countingTime = TimeSpan.FromMilliseconds(60);

    private readonly bool _needsHeader = query.Terms.Any(term => term is HeaderTerm);
    private readonly bool _needsRecipients = query.Terms.Any(term => term is WordsTerm words && (words.Columns & SearchColumns.Hidden) != 0);

    /// <summary>True when the index was not asked to leave out what only recipients have whom no header names.</summary>
    private readonly bool _shunsRecipients = !scope.IsEverything && query.Terms.OfType<WordsTerm>().Any(IsShunned);
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<MessageId> _ids = [];
    private long _total, _unread, _read, _candidates, _last;
    private bool _isIncomplete;
    private SqliteCommand? _find;

    public SqliteSearchResult Run(SqliteSearchOrder order, CancellationToken cancellation)
    {
        SqliteSearchScope resolved = SqliteSearchScope.Resolve(store, scope);
        ILookup<string, string> tags = Tags();
        using var filter = new SqliteSearchFilter(store, scope, resolved, query, tags);
        try
        {
            if (order.Before is not null) Walk(order with { Counts = false }, order.Before.Value, page: true);
            if (order.Before is null || order.Counts) Walk(order, long.MaxValue, page: order.Before is null);
        }
        finally
        {
            _find?.Dispose();
        }
        return new SqliteSearchResult(_ids, _total, _unread, _isIncomplete) { Last = _last };

        void Walk(SqliteSearchOrder part, long before, bool page)
        {
            (_total, _unread, _candidates) = (0, 0, 0);
            var candidates = new SqliteSearchCandidates(store, index, resolved, scope, query, tags);
            foreach (SqliteSearchSlice slice in candidates.Slices(before, part.Counts || order.Counts ? MostUnindexed : long.MaxValue))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (SqliteSearchHit hit in filter.Pass(slice.Numbers))
                {
                    if (!Stands(hit, slice, order.Counts, cancellation)) continue;
                    if (_total++ >= part.Start && page && _ids.Count < part.Limit) Add(hit);
                    if (hit.IsUnread) _unread++;
                    if (IsEnough(part, page)) return;
                }
                _candidates += slice.Numbers.Count;
                long passed = Math.Max(_candidates, candidates.Covered);
                if (order.Counts && _read >= MostRead) _isIncomplete = true;
                if (_isIncomplete && _read >= MostRead) return;
                if (part.Counts && (!page || _ids.Count == part.Limit) && passed >= CheapMessages && Stopwatch.GetElapsedTime(_began) > _countingTime)
                {
                    _isIncomplete = true;
                    return;
                }
            }
            _isIncomplete |= candidates.LeftOut;
        }
    }

    private void Add(SqliteSearchHit hit)
    {
        _ids.Add(hit.Id);
        _last = hit.Number;
    }

    private bool IsEnough(SqliteSearchOrder part, bool page)
    {
        if (page && _ids.Count < part.Limit) return false;
        if (!part.Counts) return true;
        if (_total < MostCounted) return false;
        // Whether this was the very last match is not looked for.
        _isIncomplete = true;
        return true;
    }

    /// <summary>Whether the words stand in the message, where the index has not said so or cannot.</summary>
    private bool Stands(SqliteSearchHit hit, SqliteSearchSlice slice, bool isBounded, CancellationToken cancellation)
    {
        bool isSure = slice.Sure?.Contains(hit.Number) == true;
        bool isKnown = slice.AreWordsKnown && !_needsHeader && (isSure || !(_needsRecipients && hit.IsShared));
        if (isKnown && (isSure || !_shunsRecipients)) return true;
        if (!slice.AreWordsKnown && !query.Terms.Any(SearchMatcher.IsAboutText)) return true;
        if (isBounded && _read >= MostRead) return false;
        if ((isKnown ? SqliteSearchMail.Find(store, hit.Number) : SqliteSearchMail.Find(_find ??= SqliteSearchMail.PrepareFind(store), hit.Number)) is not { } mail) return false;
        SearchDocument document = SearchDocument.Of(mail.Summary, mail.Parts, scope);
        if (isKnown) return !query.Terms.OfType<WordsTerm>().Any(term => IsShunned(term) && document[SearchColumns.Hidden]!.Contains(term.Needle, StringComparison.Ordinal));
        return SearchScan.MatchesTextAsync(query, document, mail.Parts, Open, cancellation).AsTask().GetAwaiter().GetResult();

        ValueTask<Stream?> Open()
        {
            _read++;
            return ValueTask.FromResult<Stream?>(mail.Open(piece => piece(store)));
        }
    }

    private static bool IsShunned(WordsTerm term) => term.IsNegated && (term.Columns & SearchColumns.Hidden) != 0;

    /// <summary>The names of all tags by their keys, if the query asks for any.</summary>
    private ILookup<string, string> Tags()
    {
        var names = new List<string>();
        if (query.Terms.Any(term => term is TagTerm))
        {
            using SqliteCommand command = store.CreateCommand();
            // From name to name: there are few of them, and each may stand on very many messages.
            command.CommandText = "WITH RECURSIVE names (name) AS (SELECT min(name) FROM tag UNION ALL SELECT (SELECT min(t.name) FROM tag t WHERE t.name > names.name) FROM names WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL";
            using SqliteDataReader row = command.ExecuteReader();
            while (row.Read()) names.Add(row.GetString(0));
        }
        return names.ToLookup(SearchQuery.TagKey, StringComparer.Ordinal);
    }
}

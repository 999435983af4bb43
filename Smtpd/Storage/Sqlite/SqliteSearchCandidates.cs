using System.Globalization;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>Numbers of messages that may match, the newest first.</summary>
/// <param name="AreWordsKnown">True when the index says that the words stand in them, be it in an address that is not to be seen.</param>
/// <param name="Sure">If given, those of them in which the words stand whatever addresses are to be seen.</param>
internal readonly record struct SqliteSearchSlice(List<long> Numbers, bool AreWordsKnown, HashSet<long>? Sure = null);

/// <summary>
/// Finds messages among which are all that match, by the way that passes the fewest others: a small number that are listed
/// somewhere in the store (of a mailbox, with a tag, with a star, unread), the index of words, or all messages.
/// </summary>
/// <param name="store">A connection to the store.</param>
/// <param name="index">A connection to the index within a transaction; null when there is none.</param>
internal sealed class SqliteSearchCandidates(SqliteConnection store, SqliteConnection? index, SqliteSearchScope resolved, MailScope scope, SearchQuery query, ILookup<string, string> tags)
{
    /// <summary>Messages that are listed at once and held in memory.</summary>
    private const int MostListed = 20_000;

    /// <summary>Listed messages that are sooner read one by one than looked up in all parts of the index.</summary>
    private const int FewListed = 250;

    private const int SliceMessages = 500;

    /// <summary>Ids are given a moment after the message came; clocks that are set meanwhile are given an hour.</summary>
    private const long ClockSlack = 3600;

    private readonly bool _hasWords = query.Terms.Any(SearchMatcher.IsAboutText);
    private (long First, long Last) _range = (0, long.MaxValue);

    /// <summary>True when some of the newest messages were passed over because they are not in the index yet.</summary>
    public bool LeftOut { get; private set; }

    /// <summary>How many messages the index was looked through for.</summary>
    public long Covered { get; private set; }

    /// <param name="before">Only smaller numbers.</param>
    /// <param name="mostUnindexed">So many of the newest messages that the index has not reached are given.</param>
    public IEnumerable<SqliteSearchSlice> Slices(long before, long mostUnindexed)
    {
        if (resolved.IsEmpty) yield break;
        _range = Range(before);
        List<long>? listed = Listed();
        long reached = index is null ? -1 : SqliteSearchFile.Number(index, "SELECT reached FROM state");
        string? words = SqliteSearchWords.Expression(query, resolved.IsEverything);
        if (listed is { Count: <= FewListed } || (!_hasWords && (listed is not null || words is null || index is null)))
        {
            foreach (List<long> slice in listed is null ? Walk() : Divide(listed)) yield return new SqliteSearchSlice(slice, AreWordsKnown: false);
            yield break;
        }
        long unindexed = 0;
        foreach (List<long> slice in listed is null ? Walk(reached) : Divide([.. listed.TakeWhile(number => number > reached)]))
        {
            int room = (int)Math.Min(slice.Count, mostUnindexed - unindexed);
            LeftOut |= room < slice.Count;
            if (room == 0) break;
            yield return new SqliteSearchSlice(slice[..room], AreWordsKnown: false);
            unindexed += room;
        }
        if (index is null) yield break;
        List<long>? indexed = listed?.SkipWhile(number => number > reached).ToList();
        if (words is not null)
        {
            foreach (SqliteSearchSlice slice in FromIndex(words, indexed)) yield return slice;
            yield break;
        }
        foreach (List<long> slice in indexed is not null ? Divide(indexed) : Walk(-1, reached + 1)) yield return new SqliteSearchSlice(slice, AreWordsKnown: true);
    }

    /// <summary>Numbers between which all matches lie: they are made of the second in which a message came.</summary>
    private (long First, long Last) Range(long before)
    {
        (long first, long last) = (0, before - 1);
        foreach (TimeTerm time in query.Terms.OfType<TimeTerm>())
        {
            long second = Math.Clamp(time.From.ToUnixTimeSeconds(), 0, uint.MaxValue);
            if (!time.IsNegated) first = Math.Max(first, Math.Max(0, second - ClockSlack) << 24);
            // Where a clock was ahead, the seconds of the numbers stay there until it is overtaken.
            else if (AreNumbersInStep()) last = Math.Min(last, ((second + ClockSlack) << 24) - 1);
        }
        return (first, last);
    }

    private bool AreNumbersInStep()
    {
        using SqliteCommand command = store.CreateCommand();
        command.CommandText = "SELECT number >> 24, created / 1000 FROM message ORDER BY number DESC LIMIT 1";
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read() && Math.Abs(row.GetInt64(0) - row.GetInt64(1)) < ClockSlack;
    }

    /// <summary>All that may match, when some list of them is short; else null.</summary>
    private List<long>? Listed()
    {
        if (!resolved.IsEverything && Wants(SearchMark.Unread) && resolved.Unread == 0) return [];
        if (!resolved.IsEverything && resolved.Entries <= MostListed) return List(resolved.Messages);
        foreach (SearchTerm term in query.Terms.Where(term => !term.IsNegated))
        {
            string? list = term switch
            {
                PlaceTerm place when SqliteSearchScope.Resolve(store, place.IsDomain ? scope.InDomain(place.Key) : scope.InMailbox(place.Key)) is var there =>
                    there.IsEmpty ? "" : there.Entries <= MostListed ? there.Messages : null,
                TagTerm tag => TagList(tags[tag.Key]),
                MarkTerm { Mark: SearchMark.Tagged } => "SELECT message FROM tag",
                MarkTerm { Mark: SearchMark.Starred } => "SELECT number FROM message INDEXED BY message_starred WHERE starred > 0",
                MarkTerm { Mark: SearchMark.Unread } => "SELECT number FROM message INDEXED BY message_unread WHERE unread > 0",
                _ => null,
            };
            if (list is null) continue;
            if (list.Length == 0) return [];
            if (List(list) is { } numbers) return numbers;
        }
        return IsRead ? List("SELECT number FROM message INDEXED BY message_read WHERE unread = 0") : null;
    }

    /// <summary>True when only messages are wanted that everybody has read.</summary>
    private bool IsRead => resolved.IsEverything && query.Terms.Any(term => term is MarkTerm { Mark: SearchMark.Unread, IsNegated: true });

    private bool Wants(SearchMark mark) => query.Terms.Any(term => term is MarkTerm wanted && wanted.Mark == mark && !wanted.IsNegated);

    private static string TagList(IEnumerable<string> names) => string.Join(" UNION ALL ", names.Select(name => $"SELECT message FROM tag WHERE name = '{name.Replace("'", "''", StringComparison.Ordinal)}'"));

    /// <summary>The numbers that a query gives, each once, the greatest first; null when they are too many.</summary>
    private List<long>? List(string list)
    {
        using SqliteCommand command = store.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"{list} LIMIT {MostListed + 1}");
        var numbers = new List<long>();
        using (SqliteDataReader row = command.ExecuteReader())
            while (row.Read()) numbers.Add(row.GetInt64(0));
        if (numbers.Count > MostListed) return null;
        return [.. numbers.Where(number => number >= _range.First && number <= _range.Last).Distinct().OrderDescending()];
    }

    private static IEnumerable<List<long>> Divide(List<long> numbers)
    {
        for (int i = 0; i < numbers.Count; i += SliceMessages) yield return numbers.GetRange(i, Math.Min(SliceMessages, numbers.Count - i));
    }

    /// <summary>All messages, or all of the only mailbox, that are in the range.</summary>
    private IEnumerable<List<long>> Walk(long after = -1, long before = long.MaxValue)
    {
        long first = Math.Max(_range.First, after + 1), last = Math.Min(_range.Last, before - 1);
        (string table, string number, string where) = resolved.OnlyMailbox is { } mailbox ? ("delivery", "message", string.Create(CultureInfo.InvariantCulture, $"mailbox = {mailbox} AND "))
            : Wants(SearchMark.Unread) ? ("message INDEXED BY message_unread", "number", "unread > 0 AND ")
            : Wants(SearchMark.Starred) ? ("message INDEXED BY message_starred", "number", "starred > 0 AND ")
            : IsRead ? ("message INDEXED BY message_read", "number", "unread = 0 AND ")
            : ("message", "number", "");
        while (first <= last)
        {
            using SqliteCommand command = store.CreateCommand();
            command.CommandText = $"SELECT {number} FROM {table} WHERE {where}{number} BETWEEN $first AND $last ORDER BY {number} DESC LIMIT {SliceMessages}";
            command.Parameters.AddWithValue("$first", first);
            command.Parameters.AddWithValue("$last", last);
            var slice = new List<long>(SliceMessages);
            using (SqliteDataReader row = command.ExecuteReader())
                while (row.Read()) slice.Add(row.GetInt64(0));
            if (slice.Count > 0) yield return slice;
            if (slice.Count < SliceMessages) yield break;
            last = slice[^1] - 1;
        }
    }

    /// <summary>Messages in which the index finds the words. Behind each part a slice comes, if an empty one.</summary>
    /// <param name="among">If given, only these.</param>
    private IEnumerable<SqliteSearchSlice> FromIndex(string words, List<long>? among)
    {
        HashSet<long>? known = among is null ? null : [.. among];
        // Few are looked at one by one where the index does not tell enough.
        string? sureWords = among is not null ? null : SqliteSearchWords.SureExpression(query, resolved.IsEverything);
        foreach (SqliteSearchPart part in SqliteSearchPart.List(index!))
        {
            (long first, long last) = (Math.Max(part.First, _range.First), Math.Min(part.Last, _range.Last));
            if (!part.IsReady || first > last || among?.Exists(number => number >= first && number <= last) == false) continue;
            HashSet<long>? sure = sureWords is null ? null : [.. Rows(part, sureWords, first, last)];
            var slice = new List<long>(SliceMessages);
            foreach (long number in Rows(part, words, first, last))
            {
                if (known?.Contains(number) == false) continue;
                slice.Add(number);
                if (slice.Count < SliceMessages) continue;
                yield return new SqliteSearchSlice(slice, AreWordsKnown: true, sure);
                slice = new List<long>(SliceMessages);
            }
            Covered += part.Documents;
            yield return new SqliteSearchSlice(slice, AreWordsKnown: true, sure);
        }
    }

    private IEnumerable<long> Rows(SqliteSearchPart part, string words, long first, long last)
    {
        using SqliteCommand command = index!.CreateCommand();
        string table = SqliteSearchFile.TableOf(part.Number);
        command.CommandText = $"SELECT rowid FROM {table} WHERE {table} MATCH $words AND rowid >= $first AND rowid <= $last ORDER BY rowid DESC";
        command.Parameters.AddWithValue("$words", words);
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$last", last);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read()) yield return row.GetInt64(0);
    }
}

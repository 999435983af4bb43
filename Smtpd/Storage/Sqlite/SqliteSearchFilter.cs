using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>A message that has all that a query asks for except words.</summary>
/// <param name="IsShared">True when it went to mailboxes beyond the scope too, whose addresses its owner does not see.</param>
internal readonly record struct SqliteSearchHit(long Number, MessageId Id, bool IsUnread, bool IsShared);

/// <summary>
/// Looks up candidates in the store: whether they are there, within the scope, and have the marks, tags, times and sizes that a
/// query asks for.
/// </summary>
internal sealed class SqliteSearchFilter : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter _numbers;

    /// <param name="tags">All tags that the query may mean, by their keys.</param>
    public SqliteSearchFilter(SqliteConnection connection, MailScope scope, SqliteSearchScope resolved, SearchQuery query, ILookup<string, string> tags)
    {
        var conditions = new List<string>();
        // The entry of a single mailbox is looked up once for all that is asked of it.
        string? own = resolved.OnlyMailbox is { } mailbox ? string.Create(CultureInfo.InvariantCulture, $"CROSS JOIN delivery own ON own.mailbox = {mailbox} AND own.message = m.number") : null;
        if (!resolved.IsEverything && own is null) conditions.Add(resolved.HasEntry());
        foreach (SearchTerm term in query.Terms)
        {
            string? condition = term switch
            {
                MarkTerm { Mark: SearchMark.Unread } => resolved.IsEverything ? "m.unread > 0" : resolved.HasEntry("d.read = 0"),
                MarkTerm { Mark: SearchMark.Starred } => resolved.IsEverything ? "m.starred > 0" : resolved.HasEntry("d.starred > 0"),
                MarkTerm => HasTag(resolved, "1"),
                TagTerm tag => HasTag(resolved, $"t.name IN (SELECT value FROM json_each({Literal(tags[tag.Key])}))"),
                PlaceTerm place => SqliteSearchScope.Resolve(connection, place.IsDomain ? scope.InDomain(place.Key) : scope.InMailbox(place.Key)).HasEntry(),
                TimeTerm time => string.Create(CultureInfo.InvariantCulture, $"m.created >= {CeilingOf(time.From)}"),
                SizeTerm size => string.Create(CultureInfo.InvariantCulture, $"m.size > {size.Above}"),
                _ => null,
            };
            if (condition is not null) conditions.Add(term.IsNegated ? $"NOT ({condition})" : condition);
        }
        string unread = resolved.IsEverything ? "m.unread > 0" : own is not null ? "own.read = 0" : resolved.HasEntry("d.read = 0");
        string shared = resolved.IsEverything ? "0" : resolved.OnlyMailbox is { } only ? string.Create(CultureInfo.InvariantCulture, $"m.mailboxes <> '[{only}]'") : $"EXISTS (SELECT 1 FROM json_each(m.mailboxes) j WHERE NOT {resolved.Holds("j.value")})";
        _command = connection.CreateCommand();
        _command.CommandText =
            $"""
            SELECT m.number, m.process, {unread}, {shared} FROM json_each($numbers) n CROSS JOIN message m ON m.number = n.value {own}
            {(conditions.Count > 0 ? "WHERE " : "")}{string.Join(" AND ", conditions)}
            """;
        _numbers = _command.Parameters.Add("$numbers", SqliteType.Text);
    }

    /// <summary>Those of the messages that pass, in the same order.</summary>
    public List<SqliteSearchHit> Pass(List<long> numbers)
    {
        _numbers.Value = JsonSerializer.Serialize(numbers, StoredJson.Default.ListInt64);
        var hits = new List<SqliteSearchHit>();
        using SqliteDataReader row = _command.ExecuteReader();
        Span<byte> process = stackalloc byte[5];
        while (row.Read())
        {
            row.GetFieldValue<byte[]>(1).CopyTo(process);
            hits.Add(new SqliteSearchHit(row.GetInt64(0), SqliteWriter.IdOf(row.GetInt64(0), process), row.GetInt64(2) != 0, row.GetInt64(3) != 0));
        }
        return hits;
    }

    private static string HasTag(SqliteSearchScope scope, string tag) => scope.IsEmpty ? "0" : $"EXISTS (SELECT 1 FROM tag t WHERE t.message = m.number AND {scope.Holds("t.mailbox")} AND {tag})";

    /// <summary>Times are kept in milliseconds; a message of that very one must not be counted to the time before it.</summary>
    private static long CeilingOf(DateTimeOffset time) => (long)Math.Ceiling((time - DateTimeOffset.UnixEpoch).TotalMilliseconds);

    private static string Literal(IEnumerable<string> names) => $"'{JsonSerializer.Serialize([.. names], StoredJson.Default.ListString).Replace("'", "''", StringComparison.Ordinal)}'";

    public void Dispose() => _command.Dispose();
}

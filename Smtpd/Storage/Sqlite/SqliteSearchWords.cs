using System.Globalization;
using System.Text;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// Writes a query in the language of FTS5, as far as the index can answer it. Only words come in, which hold nothing but letters and
/// digits, each phrase in quotes.
/// </summary>
internal static class SqliteSearchWords
{
    private const int GreatestClass = 62;

    /// <summary>
    /// An expression for messages among which are all that match; null when the index would give them all.
    /// </summary>
    /// <param name="isWhole">
    /// False where some recipients are not to be seen: then a word that only they have may find a message too much, and must not
    /// keep one away.
    /// </param>
    public static string? Expression(SearchQuery query, bool isWhole) =>
        Expression(query, SearchColumns.None, isWhole ? SearchColumns.None : SearchColumns.Hidden);

    /// <summary>
    /// An expression for those of the messages that match whatever recipients are to be seen; null where <see cref="Expression(SearchQuery, bool)"/>
    /// gives no others, or where none can be told so.
    /// </summary>
    public static string? SureExpression(SearchQuery query, bool isWhole) =>
        isWhole || !query.Terms.OfType<WordsTerm>().Any(term => (term.Columns & SearchColumns.Hidden) != 0) ? null : Expression(query, SearchColumns.Hidden, SearchColumns.None);

    /// <param name="unseen">Columns in which wanted words are not looked for.</param>
    /// <param name="passed">Columns in which unwanted words are not looked for.</param>
    private static string? Expression(SearchQuery query, SearchColumns unseen, SearchColumns passed)
    {
        var wanted = new List<string>();
        var unwanted = new List<string>();
        foreach (SearchTerm term in query.Terms)
        {
            if (term is WordsTerm words)
            {
                SearchColumns columns = words.Columns & ~(words.IsNegated ? passed : unseen);
                if (columns != SearchColumns.None) (words.IsNegated ? unwanted : wanted).Add(Phrase(words, columns));
            }
            else if (term is SizeTerm size) wanted.Add(Classes(size));
        }
        if (wanted.Count == 0 && unwanted.Count == 0) return null;
        if (wanted.Count == 0) wanted.Add($"\"{SearchTraits.Any.TrimEnd()}\"");
        var expression = new StringBuilder("(").AppendJoin(" AND ", wanted).Append(')');
        if (unwanted.Count > 0) expression.Append(" NOT (").AppendJoin(" OR ", unwanted).Append(')');
        return expression.ToString();
    }

    private static string Phrase(WordsTerm term, SearchColumns columns)
    {
        string phrase = $"\"{term.Words.TrimEnd(' ')}\"{(term.IsBeginning ? " *" : "")}";
        // No free word is among the traits, so nothing need be asked to be passed over.
        if (columns is SearchColumns.Everywhere or SearchColumns.Traits or SearchColumns.MessageId) return phrase;
        IEnumerable<string> names = SearchDocument.Columns.Where(column => (columns & column) != 0).Select(SqliteSearchFile.NameOf);
        return $"{{{string.Join(' ', names)}}} : {phrase}";
    }

    /// <summary>The powers of two within which the sizes lie.</summary>
    private static string Classes(SizeTerm term)
    {
        (int first, int last) = term.IsNegated ? (0, SearchTraits.ClassOf(term.Above)) : (SearchTraits.ClassOf(term.Above + 1), GreatestClass);
        return $"({string.Join(" OR ", Enumerable.Range(first, last - first + 1).Select(one => string.Create(CultureInfo.InvariantCulture, $"\"{SearchTraits.SizeClassOf(one).TrimEnd()}\"")))})";
    }
}

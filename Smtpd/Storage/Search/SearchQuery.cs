using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Storage.Search;

/// <summary>What somebody searches for, as the search language says it (docs/api.md, "Search").</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Terms">All of them must hold. None: every message matches.</param>
internal sealed record SearchQuery(string Text, IReadOnlyList<SearchTerm> Terms)
{
    /// <summary>Nobody types more; and each term costs a look at every candidate.</summary>
    public const int MostLetters = 1000;

    public const int MostTerms = 50;

    /// <summary>Matches every message.</summary>
    public static SearchQuery Everything { get; } = new("", []);

    /// <param name="zone">In which days of <c>after:</c> and <c>before:</c> begin.</param>
    /// <param name="now">From which ages count.</param>
    /// <param name="problem">What is wrong with it and the way out, for people; null when nothing is.</param>
    /// <param name="ignoresTags">True where <c>name+tag</c> shares the mailbox of <c>name</c>: in <c>mailbox:</c> too then.</param>
    public static bool TryParse(
        string text, TimeZoneInfo zone, DateTimeOffset now, [NotNullWhen(true)] out SearchQuery? query, [NotNullWhen(false)] out string? problem, bool ignoresTags = false)
    {
        query = null;
        if (text.Length > MostLetters)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"the query has {text.Length:N0} letters; at most {MostLetters:N0} are taken");
            return false;
        }
        var terms = new List<SearchTerm>();
        var lexer = new SearchLexer(text);
        int written = 0;
        while (lexer.TryRead(out SearchToken token))
        {
            written++;
            SearchTerm? term = SearchOperators.Read(token, zone, now, ignoresTags, out problem);
            if (problem is not null) return false;
            if (term is not null && !terms.Contains(term)) terms.Add(term);
            if (terms.Count <= MostTerms) continue;
            problem = $"the query has more than {MostTerms} terms; leave some out";
            return false;
        }
        // Whoever deletes what matches must not lose all for a slip of the finger.
        if (terms.Count == 0 && written > 0)
        {
            problem = $"{text.Trim()}: there is no letter or digit to look for";
            return false;
        }
        (query, problem) = (new SearchQuery(text, terms), null);
        return true;
    }

    /// <summary>One text for all tags that differ only in case, accents and blanks.</summary>
    public static string TagKey(string tag)
    {
        string folded = Normalization.Nfkd(CaseFolding.Fold(Normalization.Nfkd(tag.Trim())));
        var key = new StringBuilder(folded.Length);
        for (int i = 0; i < folded.Length;)
        {
            int point = Normalization.CodePointAt(folded, i, out int length);
            if (!SearchLetters.IsIgnored(point)) Normalization.Append(key, point);
            i += length;
        }
        return Normalization.Nfc(key.ToString());
    }
}

using Smtpd.Storage.Reading;

namespace Smtpd.Storage.Search;

/// <summary>Says whether words stand in a message: what every index must agree with.</summary>
internal static class SearchMatcher
{
    /// <summary>True of the terms that <see cref="Holds"/> knows about; the others ask for what a store knows.</summary>
    public static bool IsAboutText(SearchTerm term) => term is WordsTerm or HeaderTerm;

    /// <summary>Whether the term holds; null when that cannot be told before more of the message is read.</summary>
    public static bool? Holds(SearchTerm term, SearchDocument document) => term switch
    {
        WordsTerm words => Stands(words, document) is { } stands ? stands != term.IsNegated : null,
        HeaderTerm header => document.Header is { } fields ? Stands(header, fields) != term.IsNegated : null,
        _ => throw new ArgumentException($"{term} is not about text", nameof(term)),
    };

    private static bool? Stands(WordsTerm term, SearchDocument document)
    {
        if ((term.Columns & SearchColumns.MessageId) != 0) return StandsIn(SearchColumns.Traits);
        bool isUnknown = false;
        foreach (SearchColumns column in SearchDocument.Columns)
        {
            if ((term.Columns & column) == 0) continue;
            if (StandsIn(column) is not { } stands) isUnknown = true;
            else if (stands) return true;
        }
        return isUnknown ? null : false;

        bool? StandsIn(SearchColumns column) => document[column]?.Contains(term.Needle, StringComparison.Ordinal);
    }

    private static bool Stands(HeaderTerm term, IReadOnlyList<HeaderField> fields) =>
        fields.Any(field => field.Name.Equals(term.Name, StringComparison.OrdinalIgnoreCase)
            && (term.Words.Length == 0 || (" " + SearchWords.Of(field.Value)).Contains(term.Needle, StringComparison.Ordinal)));
}

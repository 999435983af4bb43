namespace Smtpd.Storage.Search;

/// <summary>One condition of a query. All of them must hold.</summary>
/// <param name="IsNegated">True when it must not.</param>
internal abstract record SearchTerm(bool IsNegated);

/// <summary>Words in sequence, in one of the columns.</summary>
/// <param name="Words">Not empty; as <see cref="SearchWords"/> makes them, each with a space behind it.</param>
/// <param name="IsBeginning">True when the last word may be the beginning of one.</param>
internal sealed record WordsTerm(SearchColumns Columns, string Words, bool IsBeginning, bool IsNegated) : SearchTerm(IsNegated)
{
    /// <summary>What stands in the words of a text in which they are.</summary>
    public string Needle { get; } = " " + (IsBeginning ? Words[..^1] : Words);
}

/// <summary>A field of the header that holds words in sequence.</summary>
/// <param name="Words">Empty when the field need only be there.</param>
internal sealed record HeaderTerm(string Name, string Words, bool IsBeginning, bool IsNegated) : SearchTerm(IsNegated)
{
    /// <summary>The same as <see cref="WordsTerm.Needle"/>.</summary>
    public string Needle { get; } = Words.Length == 0 ? "" : " " + (IsBeginning ? Words[..^1] : Words);
}

/// <summary>What readers did to a message.</summary>
internal enum SearchMark { Unread, Starred, Tagged }

/// <summary>A mark, as the entries of a scope have it together.</summary>
internal sealed record MarkTerm(SearchMark Mark, bool IsNegated) : SearchTerm(IsNegated);

/// <summary>A tag on an entry of the scope.</summary>
/// <param name="Key">See <see cref="SearchQuery.TagKey"/>.</param>
internal sealed record TagTerm(string Key, bool IsNegated) : SearchTerm(IsNegated);

/// <summary>An entry in a mailbox, or in a mailbox of a domain.</summary>
/// <param name="Key">The key of the mailbox, or of the domain.</param>
internal sealed record PlaceTerm(string Key, bool IsDomain, bool IsNegated) : SearchTerm(IsNegated);

/// <summary>When a message was received: at this time or later; negated, before it.</summary>
internal sealed record TimeTerm(DateTimeOffset From, bool IsNegated) : SearchTerm(IsNegated);

/// <summary>Octets of the source: more than so many; negated, so many or fewer.</summary>
internal sealed record SizeTerm(long Above, bool IsNegated) : SearchTerm(IsNegated);

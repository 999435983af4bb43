using System.Text;
using Smtpd.Mail;

namespace Smtpd.Storage.Search;

/// <summary>The operators of the search language and what their values mean.</summary>
internal static class SearchOperators
{
    public const string Header = "header";

    private static readonly Dictionary<string, SearchColumns> _columns = new(StringComparer.Ordinal)
    {
        ["to"] = SearchColumns.To,
        ["from"] = SearchColumns.From,
        ["cc"] = SearchColumns.Cc,
        ["bcc"] = SearchColumns.BlindCopies,
        ["reply-to"] = SearchColumns.ReplyTo,
        ["addressed"] = SearchColumns.Addresses,
        ["subject"] = SearchColumns.Subject,
        ["message-id"] = SearchColumns.MessageId,
        ["filename"] = SearchColumns.FileNames,
    };

    private static readonly string[] _others = ["tag", "mailbox", "domain", Header, "is", "has", "after", "before", "larger", "smaller"];

    /// <summary>The operator of that name, in any case; null when there is none.</summary>
    public static string? Find(ReadOnlySpan<char> name)
    {
        foreach (string known in _columns.Keys)
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase)) return known;
        foreach (string known in _others)
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase)) return known;
        return null;
    }

    /// <summary>What the term asks for. Null without a problem for words without letters.</summary>
    /// <param name="ignoresTags">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
    /// <param name="problem">What is wrong with the value and the way out.</param>
    public static SearchTerm? Read(SearchToken token, TimeZoneInfo zone, DateTimeOffset now, bool ignoresTags, out string? problem)
    {
        problem = null;
        if (token.Operator.Length == 0) return WordsIn(SearchColumns.Everywhere, token);
        if (string.IsNullOrWhiteSpace(token.Value) && token.Name.Length == 0)
        {
            problem = $"{token.Operator}: has no value; write one directly behind the colon, such as {Example(token.Operator)}";
            return null;
        }
        SearchTerm? term = token.Operator switch
        {
            "is" => ReadMark(token),
            "has" => ReadTrait(token),
            "tag" => new TagTerm(SearchQuery.TagKey(token.Value), token.IsNegated),
            "mailbox" or "domain" => ReadPlace(token, ignoresTags),
            "after" or "before" => SearchTimes.Read(token.Value, zone, now) is { } time ? new TimeTerm(time, token.IsNegated != (token.Operator == "before")) : null,
            "larger" => SearchSizes.Read(token.Value) is { } above ? new SizeTerm(above, token.IsNegated) : null,
            "smaller" => SearchSizes.Read(token.Value) is { } size ? new SizeTerm(Math.Max(0, size - 1), !token.IsNegated) : null,
            Header => ReadHeader(token),
            _ => WordsIn(_columns[token.Operator], token),
        };
        if (term is null) problem = $"{token}: {Advice(token.Operator)}";
        return term;
    }

    private static string Advice(string name) => name switch
    {
        "is" => "is: takes read, unread, starred or tagged",
        "has" => "has: takes attachment or inline",
        "mailbox" => "mailbox: takes an address, such as mailbox:alice@example.com",
        "domain" => "domain: takes the name of a domain, such as domain:example.com",
        "after" or "before" => $"{name}: takes a date, such as {name}:2026-11-21, a time, such as {name}:2026-11-21T14:30:00Z, or an age, such as {name}:12h, {name}:7d, {name}:4w, {name}:3m or {name}:1y",
        "larger" or "smaller" => $"{name}: takes a size, such as {name}:500k or {name}:5M",
        Header => "header: takes the name of a field and what it holds, such as header:X-Mailer=swaks",
        _ => "the value has no letter or digit to look for",
    };

    private static string Example(string name) => name switch
    {
        "is" => "is:unread",
        "has" => "has:attachment",
        "tag" => "tag:invoice",
        "mailbox" => "mailbox:alice@example.com",
        "domain" => "domain:example.com",
        "after" or "before" => $"{name}:2026-11-21",
        "larger" or "smaller" => $"{name}:500k",
        Header => "header:X-Mailer=swaks",
        "filename" => "filename:invoice.pdf",
        "message-id" => "message-id:1234@example.com",
        "subject" => "subject:hello",
        _ => $"{name}:alice@example.com",
    };

    private static MarkTerm? ReadMark(SearchToken token) => token.Value.ToLowerInvariant() switch
    {
        "read" => new MarkTerm(SearchMark.Unread, !token.IsNegated),
        "unread" => new MarkTerm(SearchMark.Unread, token.IsNegated),
        "starred" => new MarkTerm(SearchMark.Starred, token.IsNegated),
        "tagged" => new MarkTerm(SearchMark.Tagged, token.IsNegated),
        _ => null,
    };

    private static WordsTerm? ReadTrait(SearchToken token) => token.Value.ToLowerInvariant() switch
    {
        "attachment" or "attachments" => new WordsTerm(SearchColumns.Traits, SearchTraits.Attachment, IsBeginning: false, token.IsNegated),
        "inline" => new WordsTerm(SearchColumns.Traits, SearchTraits.Inline, IsBeginning: false, token.IsNegated),
        _ => null,
    };

    private static PlaceTerm? ReadPlace(SearchToken token, bool ignoresTags)
    {
        string value = token.Value.Trim();
        if (token.Operator == "domain")
        {
            string key = MailAddress.KeyOf(value.TrimStart('@'));
            return key.Length > 0 && !key.Any(char.IsWhiteSpace) && !key.Contains('@', StringComparison.Ordinal) ? new PlaceTerm(key, IsDomain: true, token.IsNegated) : null;
        }
        return MailAddress.TryParse(Encoding.UTF8.GetBytes(value), out MailAddress? address) == AddressError.None && address!.Domain.Length > 0
            ? new PlaceTerm((address with { IgnoresTag = ignoresTags }).MailboxKey, IsDomain: false, token.IsNegated)
            : null;
    }

    private static HeaderTerm? ReadHeader(SearchToken token)
    {
        string name = token.Name.Length > 0 ? token.Name : token.Value;
        if (name.Length == 0 || name.Any(letter => letter is <= ' ' or >= '\u007F' or ':' or '=')) return null;
        if (token.Name.Length == 0 || token.Value.Length == 0) return new HeaderTerm(name, "", IsBeginning: false, token.IsNegated);
        (string words, bool isBeginning) = SearchQueryWords.Of(token.Value, token.IsQuoted);
        return words.Length == 0 ? null : new HeaderTerm(name, words, isBeginning, token.IsNegated);
    }

    private static WordsTerm? WordsIn(SearchColumns columns, SearchToken token)
    {
        (string words, bool isBeginning) = SearchQueryWords.Of(token.Value, token.IsQuoted);
        if (words.Length == 0) return null;
        return new WordsTerm(columns, columns == SearchColumns.MessageId ? SearchTraits.InMessageId(words) : words, isBeginning, token.IsNegated);
    }
}

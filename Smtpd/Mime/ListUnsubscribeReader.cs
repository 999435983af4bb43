namespace Smtpd.Mime;

/// <summary>Ways off a mailing list (RFC 2369 §3.2, RFC 8058).</summary>
/// <param name="Header">The List-Unsubscribe field, decoded; empty when there is none.</param>
/// <param name="HeaderPost">The List-Unsubscribe-Post field.</param>
/// <param name="Links">Addresses of pages and mailboxes, only of the kinds that are known to be harmless to name.</param>
/// <param name="Errors">What is wrong with the field, in a sentence; empty when nothing is.</param>
internal sealed record ListUnsubscribe(string Header, string HeaderPost, IReadOnlyList<string> Links, string Errors)
{
    public static readonly ListUnsubscribe None = new("", "", [], "");
}

internal static class ListUnsubscribeReader
{
    /// <summary>More ways out than anybody needs.</summary>
    private const int MostLinks = 20;

    public static ListUnsubscribe Read(string header, string post)
    {
        if (header.Length == 0 && post.Length == 0) return ListUnsubscribe.None;
        List<string> links = [], errors = [];
        int position = 0;
        while (links.Count < MostLinks && (position = header.IndexOf('<', position)) >= 0)
        {
            int end = header.IndexOf('>', position);
            if (end < 0)
            {
                errors.Add("an address has no end");
                break;
            }
            // Folding may have put white space into a long address (RFC 2369 §2).
            string link = WithoutBlanks(header[(position + 1)..end]);
            position = end + 1;
            if (IsKnown(link)) links.Add(link);
            else errors.Add("an address is neither https, http nor mailto");
        }
        if (header.Length > 0 && links.Count == 0 && errors.Count == 0)
        {
            errors.Add("there is no address in angle brackets");
            links.AddRange(header.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsKnown).Take(MostLinks));
        }
        if (post.Length > 0 && !WithoutBlanks(post).Equals("List-Unsubscribe=One-Click", StringComparison.OrdinalIgnoreCase)) errors.Add("List-Unsubscribe-Post is not List-Unsubscribe=One-Click");
        return new ListUnsubscribe(header, post, links, string.Join("; ", errors.Distinct()));
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));

    private static bool IsKnown(string link) =>
        (link.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || link.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || link.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
        && !link.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter));
}

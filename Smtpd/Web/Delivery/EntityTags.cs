namespace Smtpd.Web.Delivery;

/// <summary>Reads lists of entity tags (RFC 9110 §8.8.3, §13.1.1).</summary>
internal static class EntityTags
{
    /// <summary>True when the list names the tag, or is <c>*</c>. What is no tag in it matches nothing.</summary>
    /// <param name="opaque">The tag of what would be answered, without quotes.</param>
    /// <param name="strongly">True when octets must be equal, so that weak tags in the list do not count.</param>
    public static bool Names(string list, string opaque, bool strongly)
    {
        ReadOnlySpan<char> rest = list.AsSpan().Trim();
        if (rest is "*") return true;
        // A tag may hold a comma, so the list is walked by its quotes.
        while (rest.Length > 0)
        {
            bool isWeak = rest.StartsWith("W/");
            if (isWeak) rest = rest[2..];
            if (rest[..1] is not "\"" || rest[1..].IndexOf('"') is var length && length < 0) return false;
            if (rest.Slice(1, length).SequenceEqual(opaque) && !(isWeak && strongly)) return true;
            rest = rest[(length + 2)..].TrimStart(" \t,");
        }
        return false;
    }
}

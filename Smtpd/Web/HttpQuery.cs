namespace Smtpd.Web;

/// <summary>The members of a query, names and values decoded. The first of several members with one name counts.</summary>
internal sealed class HttpQuery
{
    private readonly Dictionary<string, string> _members = new(StringComparer.Ordinal);

    /// <param name="text">What follows the question mark.</param>
    public HttpQuery(string text)
    {
        foreach (string member in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = member.IndexOf('=', StringComparison.Ordinal);
            _members.TryAdd(Decode(equals < 0 ? member : member[..equals]), equals < 0 ? "" : Decode(member[(equals + 1)..]));
        }
    }

    /// <summary>The member's value, or null when it is absent.</summary>
    public string? this[string name] => _members.GetValueOrDefault(name);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

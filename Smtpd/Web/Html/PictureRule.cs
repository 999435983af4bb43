namespace Smtpd.Web.Html;

/// <summary>Which pictures a mail may show, and how many it would have loaded from elsewhere.</summary>
/// <param name="allowsRemote">True when somebody asked for pictures from other hosts.</param>
internal sealed class PictureRule(bool allowsRemote)
{
    /// <summary>Kinds that hold no script and load nothing themselves. SVG does both.</summary>
    private static readonly string[] s_kinds = ["png", "jpeg", "jpg", "pjpeg", "gif", "webp", "avif", "bmp", "x-icon"];

    /// <summary>Places in the mail whose picture was left away because it is elsewhere.</summary>
    public int Blocked { get; private set; }

    /// <returns>The address in the one spelling in which it is written; null when nothing is to be loaded from it.</returns>
    public string? Of(string address)
    {
        if (MailAddresses.Remote(address) is { } remote)
        {
            if (allowsRemote) return remote;
            Blocked++;
            return null;
        }
        return MailAddresses.Attached(address) ?? Data(address);
    }

    /// <summary>A picture within the address: <c>data:image/png;base64,…</c>. Other encodings and parameters are left away.</summary>
    private static string? Data(string address)
    {
        string plain = MailAddresses.WithoutBlanks(address);
        if (!plain.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) return null;
        int comma = plain.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0) return null;
        string[] head = plain[..comma]["data:image/".Length..].Split(';');
        if (head.Length < 2 || !head[^1].Equals("base64", StringComparison.OrdinalIgnoreCase)) return null;
        string kind = head[0].ToLowerInvariant();
        string content = plain[(comma + 1)..].Replace("%2B", "+", StringComparison.OrdinalIgnoreCase).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)
            .Replace("%3D", "=", StringComparison.OrdinalIgnoreCase).Replace("%0A", "", StringComparison.OrdinalIgnoreCase).Replace("%0D", "", StringComparison.OrdinalIgnoreCase);
        if (Array.IndexOf(s_kinds, kind) < 0 || content.AsSpan().ContainsAnyExcept(s_base64)) return null;
        return $"data:image/{kind};base64,{content}";
    }

    private static readonly System.Buffers.SearchValues<char> s_base64 =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
}

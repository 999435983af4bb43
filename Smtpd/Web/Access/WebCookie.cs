using System.Globalization;
using Smtpd.Network;

namespace Smtpd.Web.Access;

/// <summary>
/// A cookie that scripts cannot read and that goes nowhere but here. Behind TLS its name has a prefix that keeps a neighbour, and whoever
/// can change plain HTTP, from planting one (RFC 6265bis §4.1.3).
/// </summary>
internal sealed class WebCookie(string name, string basePath)
{
    public string? Read(HttpRequest request)
    {
        string wanted = NameFor(request);
        foreach (string pair in (request.Fields["Cookie"] ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && pair.AsSpan(0, equals).SequenceEqual(wanted)) return pair[(equals + 1)..];
        }
        return null;
    }

    /// <param name="value">Letters of base64url alone.</param>
    /// <param name="time">How long the browser keeps it; null until it is closed.</param>
    public HttpHeadField Write(HttpRequest request, string value, TimeSpan? time = null)
    {
        string age = time is { } whole ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)whole.TotalSeconds}") : "";
        string path = basePath.Length == 0 ? "/" : basePath;
        return new HttpHeadField("Set-Cookie", $"{NameFor(request)}={value}; Path={path}{age}; HttpOnly; SameSite=Strict{(request.Origin.IsEncrypted ? "; Secure" : "")}");
    }

    public HttpHeadField Clear(HttpRequest request) => Write(request, "", TimeSpan.Zero);

    private string NameFor(HttpRequest request) => !request.Origin.IsEncrypted ? name : (basePath.Length == 0 ? "__Host-" : "__Secure-") + name;
}

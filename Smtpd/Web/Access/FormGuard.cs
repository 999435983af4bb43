using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Network;

namespace Smtpd.Web.Access;

/// <summary>
/// Proves that a form which is sent is one that was given to the same browser: beside the rule about origins, for browsers that tell
/// none. A cookie holds a random text, the form a mark that only this process can make of it; nothing is kept for either.
/// </summary>
internal sealed class FormGuard(string basePath)
{
    /// <summary>The form's field that holds the mark; the original had one of that name too.</summary>
    public const string Field = "token";

    private const int Octets = 32;

    private readonly WebCookie _cookie = new("smtpd-form", basePath);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(Octets);

    /// <param name="purpose">Which form: a mark for one is worth nothing in another.</param>
    /// <returns>The mark, and the cookie to set where the browser has none yet.</returns>
    public (string Mark, HttpHeadField[] Fields) Make(HttpRequest request, string purpose)
    {
        if (_cookie.Read(request) is { } known && IsOurs(known)) return (MarkOf(known, purpose), []);
        string text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Octets));
        return (MarkOf(text, purpose), [_cookie.Write(request, text)]);
    }

    public bool Accepts(HttpRequest request, string purpose, string? mark) =>
        mark is not null && _cookie.Read(request) is { } text && IsOurs(text)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(mark), Encoding.UTF8.GetBytes(MarkOf(text, purpose)));

    private static bool IsOurs(string text) => text.Length == Base64Url.GetEncodedLength(Octets) && Base64Url.IsValid(text);

    private string MarkOf(string text, string purpose) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{purpose} {text}")));
}

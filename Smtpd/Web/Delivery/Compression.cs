using System.IO.Compression;

namespace Smtpd.Web.Delivery;

/// <summary>What is compressed, and by what.</summary>
internal static class Compression
{
    /// <summary>Octets below which a body fits a packet or two however it is written.</summary>
    private const long LeastOctets = 1024;

    private static readonly string[] s_types = ["application/json", "application/openapi+json", "application/javascript", "application/xml", "message/rfc822", "image/svg+xml"];

    /// <summary>
    /// True for types that are text. Pictures, archives and unknown octets mostly are compressed already.
    /// </summary>
    public static bool IsText(string contentType)
    {
        string type = contentType.Split(';', 2)[0].Trim();
        return type.StartsWith("text/", StringComparison.Ordinal) || s_types.Contains(type);
    }

    /// <summary>
    /// What an attacker writes and a secret beside it must not be compressed together where he sees the size (BREACH). Here cookies do
    /// not travel with requests of other sites, and no answer repeats a request; forms with a token in them are marked.
    /// </summary>
    public static bool IsWorthIt(Answer answer) => answer.Length is null or >= LeastOctets;

    /// <summary>
    /// Gzip, which every client knows, at the fastest level: an answer is made for one client, and sent once. Brotli's tables would make
    /// the program larger by the better part of a megabyte.
    /// </summary>
    /// <param name="output">Stays open.</param>
    public static Stream Over(Stream output) => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
}

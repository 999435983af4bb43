using Smtpd.Mime;

namespace Smtpd.Web.Sending;

/// <summary>Guesses what a file is when its sender does not say.</summary>
internal static class FileGuess
{
    /// <param name="beginning">Its first octets.</param>
    public static string MediaType(ReadOnlySpan<byte> beginning, string name) => beginning switch
    {
        _ when beginning.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) => "image/png",
        _ when beginning.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) => "image/jpeg",
        _ when beginning.StartsWith("GIF8"u8) => "image/gif",
        _ when beginning.StartsWith("RIFF"u8) && beginning.Length > 12 && beginning[8..].StartsWith("WEBP"u8) => "image/webp",
        _ when beginning.StartsWith("%PDF-"u8) => "application/pdf",
        _ => MediaTypes.OfName(name),
    };
}

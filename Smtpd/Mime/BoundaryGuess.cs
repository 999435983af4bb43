using System.Text;

namespace Smtpd.Mime;

/// <summary>What separates the parts of a multipart that does not say it, or says another thing than its body shows.</summary>
internal static class BoundaryGuess
{
    /// <summary>Octets of a body that are looked at.</summary>
    public const int SampleOctets = 64 * 1024;

    /// <summary>RFC 2046 §5.1.1 allows 70, and nobody who forgets to say it makes it longer than this.</summary>
    private const int Longest = 200;

    /// <summary>
    /// The first line of two hyphens and more behind which a header of a part begins, or which comes again; empty when there is none.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> rest = body[..Math.Min(body.Length, SampleOctets)];
        string first = "";
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> line = TakeLine(ref rest);
            if (!IsPossible(line)) continue;
            ReadOnlySpan<byte> following = rest;
            if (IsHeader(TakeLine(ref following))) return Text(line);
            // A part may have no header; then the line must come again, as itself or as the end.
            string text = Text(line);
            if (first.Length == 0) first = text;
            else if (text == first || text == first + "--") return first;
        }
        return "";
    }

    private static string Text(ReadOnlySpan<byte> line) => Encoding.ASCII.GetString(line[2..]);

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        int feed = rest.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = feed < 0 ? rest : rest[..feed];
        rest = feed < 0 ? default : rest[(feed + 1)..];
        return line.TrimEnd(" \t\r"u8);
    }

    /// <summary>Not the line of hyphens that people draw, and nothing that would not stand between quotation marks.</summary>
    private static bool IsPossible(ReadOnlySpan<byte> line) =>
        line.Length is > 2 and <= Longest && line.StartsWith("--"u8) && line.ContainsAnyExcept((byte)'-') && !line.ContainsAnyExceptInRange((byte)' ', (byte)'~')
        && line.IndexOfAny((byte)'"', (byte)'\\') < 0;

    private static bool IsHeader(ReadOnlySpan<byte> line) => line.Length > 8 && Ascii.EqualsIgnoreCase(line[..8], "Content-"u8) && line.Contains((byte)':');
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace Smtpd.Operations;

/// <summary>The one crossing from any text to a line of the log: whatever would end the line or steer a terminal is escaped.</summary>
internal static class LogText
{
    /// <summary>Octets that one octet can become: <c>\xNN</c>.</summary>
    public const int MaxExpansion = 4;

    /// <summary>True when the text can stand in a line as it is. Looks at many octets at a time.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> utf8) => utf8.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;

    /// <summary>
    /// Copies the text with each octet of control characters (C0, DEL, C1), of the line and paragraph separators
    /// and of whatever is not UTF-8 written as <c>\xNN</c>.
    /// </summary>
    /// <param name="into">At least <see cref="MaxExpansion"/> times as long as the text.</param>
    /// <returns>The octets written.</returns>
    public static int Escape(ReadOnlySpan<byte> utf8, Span<byte> into)
    {
        int written = 0;
        while (utf8.Length > 0)
        {
            bool valid = Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) == OperationStatus.Done;
            ReadOnlySpan<byte> character = utf8[..length];
            utf8 = utf8[length..];
            if (valid && !NeedsEscape(rune))
            {
                character.CopyTo(into[written..]);
                written += length;
                continue;
            }
            foreach (byte octet in character)
            {
                @"\x"u8.CopyTo(into[written..]);
                octet.TryFormat(into[(written + 2)..], out _, "X2", CultureInfo.InvariantCulture);
                written += MaxExpansion;
            }
        }
        return written;
    }

    private static bool NeedsEscape(Rune rune) => Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029;
}

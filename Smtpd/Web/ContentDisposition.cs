using System.Globalization;
using System.Text;

namespace Smtpd.Web;

/// <summary>Writes Content-Disposition for HTTP (RFC 6266).</summary>
internal static class ContentDisposition
{
    /// <param name="name">A name that <see cref="Mime.FileNames"/> made safe.</param>
    public static string Write(bool isInline, string name)
    {
        var plain = new StringBuilder();
        foreach (Rune rune in name.EnumerateRunes()) plain.Append(rune.IsAscii ? (char)rune.Value : '_');
        string value = $"{(isInline ? "inline" : "attachment")}; filename=\"{plain}\"";
        if (Ascii.IsValid(name)) return value;
        var encoded = new StringBuilder();
        foreach (byte octet in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'_') encoded.Append((char)octet);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }
        return $"{value}; filename*=UTF-8''{encoded}";
    }
}

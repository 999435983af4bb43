using System.Buffers.Text;
using System.Text;

namespace Smtpd.Smtp;

internal enum ParameterError { None, Unknown, Repeated, BadSize, BadBody, BadAuth }

/// <summary>The parameters of MAIL (RFC 5321 §4.1.2) that the server has offered: SIZE (RFC 1870), BODY (RFC 6152) and AUTH (RFC 4954 §5).</summary>
internal readonly record struct MailParameters(long Size)
{
    /// <summary>Digits of the largest SIZE that is read exactly; RFC 1870 §5 allows 20. Larger ones are over any limit.</summary>
    private const int MaxDigits = 18;

    public static ParameterError Read(ReadOnlySpan<byte> text, out MailParameters parameters)
    {
        parameters = default;
        bool sized = false, bodied = false, authenticated = false;
        while (!text.IsEmpty)
        {
            int blank = text.IndexOfAny((byte)' ', (byte)'\t');
            ReadOnlySpan<byte> one = blank < 0 ? text : text[..blank];
            text = blank < 0 ? default : text[blank..].TrimStart(" \t"u8);
            int equals = one.IndexOf((byte)'=');
            ReadOnlySpan<byte> keyword = equals < 0 ? one : one[..equals];
            ReadOnlySpan<byte> value = equals < 0 ? default : one[(equals + 1)..];
            if (Is(keyword, "SIZE"u8))
            {
                if (sized) return ParameterError.Repeated;
                sized = true;
                if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return ParameterError.BadSize;
                bool exact = value.Length <= MaxDigits & Utf8Parser.TryParse(value, out long size, out _);
                parameters = new MailParameters(exact ? size : long.MaxValue);
            }
            else if (Is(keyword, "BODY"u8))
            {
                if (bodied) return ParameterError.Repeated;
                bodied = true;
                if (!Is(value, "7BIT"u8) && !Is(value, "8BITMIME"u8)) return ParameterError.BadBody;
            }
            else if (Is(keyword, "AUTH"u8))
            {
                if (authenticated) return ParameterError.Repeated;
                authenticated = true;
                if (!AuthParameter.IsValid(value)) return ParameterError.BadAuth;
            }
            else return ParameterError.Unknown;
        }
        return ParameterError.None;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted) => text.Length == wanted.Length && Ascii.EqualsIgnoreCase(text, wanted);
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using Smtpd.Mail.Unicode;

namespace Smtpd.Accounts;

/// <summary>Names and passwords in the form in which they are kept and compared: SASLprep (RFC 4013).</summary>
internal static class Prepared
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads UTF-8; false for octets that are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? text)
    {
        text = System.Text.Unicode.Utf8.IsValid(octets) ? Strict.GetString(octets) : null;
        return text is not null;
    }

    /// <summary>False for text that SASLprep forbids, and for none at all.</summary>
    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = SaslPrep.Prepare(text);
        return !string.IsNullOrEmpty(prepared);
    }
}

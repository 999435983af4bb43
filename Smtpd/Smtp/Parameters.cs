using System.Text;

namespace Smtpd.Smtp;

/// <summary>What is wrong with a parameter of MAIL or RCPT.</summary>
internal enum ParameterError { None, Unknown, Repeated, BadSize, BadBody, BadFlag, BadReturn, BadEnvelopeId, BadNotify, BadOriginalRecipient, BadAuth }

/// <summary>Takes the parameters of MAIL and RCPT one after another (RFC 5321 §4.1.2, Mail-parameters).</summary>
internal ref struct Parameters(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>What stands before the equals sign.</summary>
    public ReadOnlySpan<byte> Keyword { get; private set; }

    /// <summary>What stands behind it; empty also when there is none.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool HasValue { get; private set; }

    /// <summary>Goes to the next parameter. False behind the last.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty) return false;
        int blank = _rest.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> one = blank < 0 ? _rest : _rest[..blank];
        _rest = blank < 0 ? default : _rest[blank..].TrimStart(" \t"u8);
        int equals = one.IndexOf((byte)'=');
        HasValue = equals >= 0;
        Keyword = HasValue ? one[..equals] : one;
        Value = HasValue ? one[(equals + 1)..] : default;
        return true;
    }

    public readonly bool Is(ReadOnlySpan<byte> keyword) => IsWord(Keyword, keyword);

    public static bool IsWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted) => text.Length == wanted.Length && Ascii.EqualsIgnoreCase(text, wanted);
}

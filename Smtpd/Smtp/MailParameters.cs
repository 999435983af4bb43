using System.Buffers.Text;

namespace Smtpd.Smtp;

/// <summary>
/// The parameters of MAIL that the server has offered: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8 (RFC 6531), RET and
/// ENVID (RFC 3461), AUTH (RFC 4954 §5).
/// </summary>
/// <param name="Return"><c>FULL</c> or <c>HDRS</c>; null when nothing was said.</param>
/// <param name="EnvelopeId">Decoded; null when none was given.</param>
internal readonly record struct MailParameters(long Size, bool IsBinary = false, bool IsInternational = false, string? Return = null, string? EnvelopeId = null)
{
    /// <summary>Digits of the largest SIZE that is read exactly; RFC 1870 §5 allows 20. Larger ones are over any limit.</summary>
    private const int MaxDigits = 18;

    /// <summary>RFC 3461 §5.4: no more than 100 characters.</summary>
    private const int MaxEnvelopeId = 100;

    [Flags]
    private enum Seen { Nothing = 0, Size = 1, Body = 2, International = 4, Return = 8, EnvelopeId = 16, Author = 32 }

    public static ParameterError Read(ReadOnlySpan<byte> text, out MailParameters parameters)
    {
        parameters = default;
        var seen = Seen.Nothing;
        for (var one = new Parameters(text); one.Read();)
        {
            Seen which = one switch
            {
                _ when one.Is("SIZE"u8) => Seen.Size,
                _ when one.Is("BODY"u8) => Seen.Body,
                _ when one.Is("SMTPUTF8"u8) => Seen.International,
                _ when one.Is("RET"u8) => Seen.Return,
                _ when one.Is("ENVID"u8) => Seen.EnvelopeId,
                _ when one.Is("AUTH"u8) => Seen.Author,
                _ => Seen.Nothing,
            };
            if (which == Seen.Nothing) return ParameterError.Unknown;
            if ((seen & which) != 0) return ParameterError.Repeated;
            seen |= which;
            if (Take(which, one, ref parameters) is var error and not ParameterError.None) return error;
        }
        return ParameterError.None;
    }

    private static ParameterError Take(Seen which, Parameters one, ref MailParameters parameters)
    {
        switch (which)
        {
            case Seen.Size:
                if (one.Value.IsEmpty || one.Value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return ParameterError.BadSize;
                bool isExact = one.Value.Length <= MaxDigits & Utf8Parser.TryParse(one.Value, out long size, out _);
                parameters = parameters with { Size = isExact ? size : long.MaxValue };
                return ParameterError.None;
            case Seen.Body:
                bool isBinary = Parameters.IsWord(one.Value, "BINARYMIME"u8);
                if (!isBinary && !Parameters.IsWord(one.Value, "7BIT"u8) && !Parameters.IsWord(one.Value, "8BITMIME"u8)) return ParameterError.BadBody;
                parameters = parameters with { IsBinary = isBinary };
                return ParameterError.None;
            case Seen.International:
                if (one.HasValue) return ParameterError.BadFlag;
                parameters = parameters with { IsInternational = true };
                return ParameterError.None;
            case Seen.Return:
                bool isFull = Parameters.IsWord(one.Value, "FULL"u8);
                if (!isFull && !Parameters.IsWord(one.Value, "HDRS"u8)) return ParameterError.BadReturn;
                parameters = parameters with { Return = isFull ? "FULL" : "HDRS" };
                return ParameterError.None;
            case Seen.Author:
                return AuthParameter.IsValid(one.Value) ? ParameterError.None : ParameterError.BadAuth;
            default:
                if (one.Value.Length > MaxEnvelopeId || Xtext.DecodeAscii(one.Value) is not { } id) return ParameterError.BadEnvelopeId;
                parameters = parameters with { EnvelopeId = id };
                return ParameterError.None;
        }
    }
}

using System.Buffers;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Smtp;

/// <summary>The parameters of RCPT that the server has offered: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2; RFC 6533 §3).</summary>
internal static class RecipientParameters
{
    /// <summary>RFC 3461 §5.4: no more than 500 characters.</summary>
    private const int MaxOriginalRecipient = 500;

    private static readonly SearchValues<byte> _typeText =
        SearchValues.Create("!#$%&'*+-/=?^_`{|}~.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <param name="isInternational">True when MAIL had SMTPUTF8: an original recipient may then be UTF-8.</param>
    /// <param name="request">What was asked; null when nothing was.</param>
    public static ParameterError Read(ReadOnlySpan<byte> text, bool isInternational, out NotificationRequest? request)
    {
        request = null;
        if (text.IsEmpty) return ParameterError.None;
        var notify = Notify.Unsaid;
        string? original = null;
        for (var one = new Parameters(text); one.Read();)
        {
            if (one.Is("NOTIFY"u8))
            {
                if (notify != Notify.Unsaid) return ParameterError.Repeated;
                if (!TryReadNotify(one.Value, out notify)) return ParameterError.BadNotify;
            }
            else if (one.Is("ORCPT"u8))
            {
                if (original is not null) return ParameterError.Repeated;
                if ((original = ReadOriginalRecipient(one.Value, isInternational)) is null) return ParameterError.BadOriginalRecipient;
            }
            else return ParameterError.Unknown;
        }
        request = new NotificationRequest(notify, original);
        return ParameterError.None;
    }

    private static bool TryReadNotify(ReadOnlySpan<byte> value, out Notify notify)
    {
        notify = Notify.Unsaid;
        foreach (Range range in value.Split((byte)','))
        {
            ReadOnlySpan<byte> word = value[range];
            if (Parameters.IsWord(word, "NEVER"u8)) notify |= Notify.Never;
            else if (Parameters.IsWord(word, "SUCCESS"u8)) notify |= Notify.Success;
            else if (Parameters.IsWord(word, "FAILURE"u8)) notify |= Notify.Failure;
            else if (Parameters.IsWord(word, "DELAY"u8)) notify |= Notify.Delay;
            else return false;
        }
        // NEVER stands alone.
        return (notify & Notify.Never) == 0 || value.Length == "NEVER".Length;
    }

    private static string? ReadOriginalRecipient(ReadOnlySpan<byte> value, bool isInternational)
    {
        int semicolon = value.IndexOf((byte)';');
        if (value.Length > MaxOriginalRecipient || semicolon <= 0 || value[..semicolon].ContainsAnyExcept(_typeText)) return null;
        ReadOnlySpan<byte> type = value[..semicolon], address = value[(semicolon + 1)..];
        string? decoded = Parameters.IsWord(type, "utf-8"u8) ? Xtext.DecodeInternational(address, isInternational) : Xtext.Decode(address, isInternational);
        return decoded is null ? null : $"{Encoding.ASCII.GetString(type)};{decoded}";
    }
}

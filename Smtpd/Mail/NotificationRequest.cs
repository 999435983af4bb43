namespace Smtpd.Mail;

/// <summary>When a sender asked to be told of a recipient's delivery (RFC 3461 §4.1).</summary>
[Flags]
internal enum Notify
{
    /// <summary>Nothing was said.</summary>
    Unsaid = 0,
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary>What a sender asked about one recipient (RFC 3461 §4.1, §4.2). It is kept and shown; no notification is ever sent.</summary>
/// <param name="OriginalRecipient">The type of the address, a semicolon, and the address decoded; null when none was given.</param>
internal sealed record NotificationRequest(Notify Notify, string? OriginalRecipient)
{
    /// <summary>The request as NOTIFY writes it; null when nothing was said.</summary>
    public string? NotifyText => Notify == Notify.Unsaid ? null : string.Join(',', Words());

    private IEnumerable<string> Words()
    {
        if (Notify.HasFlag(Notify.Never)) yield return "NEVER";
        if (Notify.HasFlag(Notify.Success)) yield return "SUCCESS";
        if (Notify.HasFlag(Notify.Failure)) yield return "FAILURE";
        if (Notify.HasFlag(Notify.Delay)) yield return "DELAY";
    }
}

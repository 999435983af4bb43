namespace Smtpd.Configuration;

/// <summary>What happens to a message that matches <c>smtp.spam.regex</c>.</summary>
internal enum SpamAction
{
    /// <summary>It is refused with <c>550 5.7.1</c>.</summary>
    Reject,

    /// <summary>It is answered <c>250</c> without an id and thrown away, as the original did.</summary>
    Discard,

    /// <summary>It is kept with a header field that says so.</summary>
    Tag,
}

/// <summary>Which block lists are asked, and what who stands on one is told.</summary>
/// <param name="Defers">True when the refusal is one for now (<c>4yz</c>), false when it is final.</param>
internal sealed record BlockSettings(bool Hosts = true, bool Senders = true, bool Recipients = true, bool Defers = false);

/// <summary>What one client's address may do; 0 means without limit.</summary>
/// <param name="Connections">At once.</param>
/// <param name="BadCommands">Refused commands a minute, those that name a recipient left out.</param>
/// <param name="BadRecipients">Refused recipients a minute.</param>
/// <param name="FailedSignIns">Within an hour.</param>
internal sealed record LimitSettings(
    int Connections = 0,
    int ConnectionsPerMinute = 0,
    int MessagesPerMinute = 0,
    int RecipientsPerMinute = 0,
    int BadCommands = 0,
    int BadRecipients = 0,
    int FailedSignIns = 0)
{
    public bool AreAllOff => this == new LimitSettings();
}

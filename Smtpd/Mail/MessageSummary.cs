namespace Smtpd.Mail;

/// <summary>The envelope as it was kept with a message (RFC 5321 §2.3.1).</summary>
/// <param name="From">The reverse-path's mailbox, empty for the null reverse-path.</param>
/// <param name="To">Every accepted forward-path's mailbox, in order.</param>
/// <param name="Helo">The client's argument to HELO or EHLO, octets beyond ASCII as U+FFFD.</param>
/// <param name="ClientAddress">The client's IP address.</param>
/// <param name="Notifications">What the sender asked about notifications; null when nothing.</param>
internal sealed record StoredEnvelope(string From, IReadOnlyList<string> To, string Helo, string ClientAddress, StoredNotifications? Notifications = null)
{
    /// <summary>TLS version and cipher suite, such as <c>TLSv1.3 TLS_AES_256_GCM_SHA384</c>; null where the message came in clear.</summary>
    public string? Tls { get; init; }

    /// <summary>The name by which the client had signed in; null where it had not.</summary>
    public string? User { get; init; }
}

/// <summary>What a sender asked about notifications (RFC 3461), none of which is ever sent.</summary>
/// <param name="Return"><c>FULL</c> or <c>HDRS</c>; null when the client did not say.</param>
/// <param name="EnvelopeId">Decoded; null when none was given.</param>
/// <param name="Recipients">Those about whom something was asked.</param>
internal sealed record StoredNotifications(string? Return, string? EnvelopeId, IReadOnlyList<StoredNotification> Recipients);

/// <param name="Address">The recipient, as in the envelope.</param>
/// <param name="Notify"><c>NEVER</c>, or a list of <c>SUCCESS</c>, <c>FAILURE</c>, <c>DELAY</c>; null when nothing was said.</param>
/// <param name="OriginalRecipient">Type, semicolon and address, decoded; null when none was given.</param>
internal sealed record StoredNotification(string Address, string? Notify, string? OriginalRecipient);

/// <summary>One row of a list: all that is known of a stored message without opening its body.</summary>
/// <param name="Size">Octets of the stored source, trace lines included.</param>
/// <param name="Created">When the message was accepted, UTC.</param>
/// <param name="Snippet">How the text begins, in one line.</param>
/// <param name="Attachments">How many attachments it has.</param>
internal sealed record MessageSummary(
    MessageId Id,
    DateTimeOffset Created,
    long Size,
    bool Read,
    bool Starred,
    HeaderSummary Header,
    StoredEnvelope Envelope,
    string Snippet = "",
    int Attachments = 0)
{
    /// <summary>Each once, in the order in which the store lists their names.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Recipients of the envelope that no address header names.</summary>
    public IReadOnlyList<Correspondent> BlindRecipients()
    {
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (IReadOnlyList<Correspondent> list in (ReadOnlySpan<IReadOnlyList<Correspondent>>)[Header.To, Header.Cc])
            foreach (Correspondent one in list) named.Add(one.Address);
        return [.. Envelope.To.Where(address => !named.Contains(address)).Distinct(StringComparer.OrdinalIgnoreCase).Select(address => new Correspondent("", address))];
    }
}

/// <summary>Part of the newest-first list, with the counts that go with the whole.</summary>
internal sealed record MessagePage(long Total, long Unread, IReadOnlyList<MessageSummary> Messages)
{
    /// <summary>
    /// True of a search that did not look at everything: there are at least so many matches, and maybe others among the newest
    /// messages or behind the last of these.
    /// </summary>
    public bool IsIncomplete { get; init; }
}

/// <summary>A mailbox or a domain with its counts.</summary>
/// <param name="Name">The mailbox's or the domain's key.</param>
/// <param name="Newest">Its newest message; null when none is left.</param>
internal sealed record MailboxSummary(string Name, long Total, long Unread, MessageId? Newest);

namespace Smtpd.Mail;

/// <summary>One mail transaction's envelope while it is being given (RFC 5321 §2.3.1).</summary>
internal sealed class Envelope
{
    /// <summary>Up to here a list is searched faster than a set is built; nearly every mail stays below.</summary>
    private const int FewRecipients = 16;

    private readonly List<MailAddress> _recipients = [];
    private HashSet<MailAddress>? _known;
    private Dictionary<MailAddress, NotificationRequest>? _requests;

    public Envelope(MailAddress? reversePath, long declaredSize)
    {
        ReversePath = reversePath;
        DeclaredSize = declaredSize;
    }

    /// <summary>Who sends, or null for the null reverse-path <c>&lt;&gt;</c> of a notification.</summary>
    public MailAddress? ReversePath { get; }

    /// <summary>The SIZE that the client announced, in octets (RFC 1870); 0 when it did not.</summary>
    public long DeclaredSize { get; }

    /// <summary>True when the client said SMTPUTF8: addresses and replies may hold letters beyond ASCII (RFC 6531).</summary>
    public bool IsInternational { get; init; }

    /// <summary>True for BODY=BINARYMIME: lines mean nothing, and the message comes by BDAT (RFC 3030 §3).</summary>
    public bool IsBinary { get; init; }

    /// <summary><c>FULL</c> or <c>HDRS</c>, what a notification should return (RFC 3461 §4.3); null when the client did not say.</summary>
    public string? Return { get; init; }

    /// <summary>The sender's name for the envelope, decoded (RFC 3461 §4.4); null when the client gave none.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>The accepted recipients, in order, each once.</summary>
    public IReadOnlyList<MailAddress> Recipients => _recipients;

    /// <summary>True when something was asked about notifications.</summary>
    public bool HasRequests => _requests is not null || Return is not null || EnvelopeId is not null;

    /// <summary>What was asked about a recipient; null when nothing was.</summary>
    public NotificationRequest? RequestFor(MailAddress recipient) => _requests?.GetValueOrDefault(recipient);

    /// <summary>Adds a recipient; one that is there already is not added again, and what was asked first holds.</summary>
    public void Add(MailAddress recipient, NotificationRequest? request = null)
    {
        if (_recipients.Count < FewRecipients)
        {
            if (_recipients.Contains(recipient)) return;
        }
        else if (!(_known ??= [.. _recipients]).Add(recipient)) return;
        _recipients.Add(recipient);
        if (request is not null) (_requests ??= []).Add(recipient, request);
    }
}

namespace Smtpd.Mail;

/// <summary>One mail transaction's envelope while it is being given (RFC 5321 §2.3.1).</summary>
internal sealed class Envelope
{
    /// <summary>Up to here a list is searched faster than a set is built; nearly every mail stays below.</summary>
    private const int FewRecipients = 16;

    private readonly List<MailAddress> _recipients = [];
    private HashSet<MailAddress>? _known;

    public Envelope(MailAddress? reversePath, long declaredSize)
    {
        ReversePath = reversePath;
        DeclaredSize = declaredSize;
    }

    /// <summary>Who sends, or null for the null reverse-path <c>&lt;&gt;</c> of a notification.</summary>
    public MailAddress? ReversePath { get; }

    /// <summary>The SIZE that the client announced, in octets (RFC 1870); 0 when it did not.</summary>
    public long DeclaredSize { get; }

    /// <summary>The accepted recipients, in order, each once.</summary>
    public IReadOnlyList<MailAddress> Recipients => _recipients;

    /// <summary>Adds a recipient; one that is there already is not added again.</summary>
    public void Add(MailAddress recipient)
    {
        if (_recipients.Count < FewRecipients)
        {
            if (_recipients.Contains(recipient)) return;
        }
        else if (!(_known ??= [.. _recipients]).Add(recipient)) return;
        _recipients.Add(recipient);
    }
}

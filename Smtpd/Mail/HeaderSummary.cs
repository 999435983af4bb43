namespace Smtpd.Mail;

/// <summary>A mailbox as a header names it (RFC 5322 §3.4): decoded display name, may be empty, and address as written.</summary>
internal sealed record Correspondent(string Name, string Address);

/// <summary>What lists and message views show of a header, decoded (RFC 2047) and unfolded. Absent fields are empty or null.</summary>
internal sealed record HeaderSummary(
    string Subject,
    string MessageId,
    DateTimeOffset? Date,
    IReadOnlyList<Correspondent> From,
    IReadOnlyList<Correspondent> To,
    IReadOnlyList<Correspondent> Cc,
    IReadOnlyList<Correspondent> Bcc,
    IReadOnlyList<Correspondent> ReplyTo)
{
    public static readonly HeaderSummary Empty = new("", "", null, [], [], [], [], []);
}

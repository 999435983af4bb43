using Smtpd.Mail;

namespace Smtpd.Web.Sending;

/// <summary>A message that was asked for and checked: every text in it may be written where it belongs.</summary>
/// <param name="Bcc">Who gets it without standing in it.</param>
/// <param name="Text">Null for none; may be the name of a long text.</param>
/// <param name="Html">Null for none; may be the name of a long text.</param>
/// <param name="Headers">Fields beyond the usual ones.</param>
internal sealed record Draft(
    Party From,
    IReadOnlyList<Party> To,
    IReadOnlyList<Party> Cc,
    IReadOnlyList<Party> ReplyTo,
    IReadOnlyList<MailAddress> Bcc,
    string Subject,
    string? Text,
    string? Html,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<DraftFile> Files,
    IReadOnlyList<string> Tags)
{
    /// <summary>Everybody who gets it.</summary>
    public IEnumerable<MailAddress> Recipients => [.. To.Concat(Cc).Select(one => one.Address), .. Bcc];
}

internal sealed record Party(string Name, MailAddress Address);

/// <param name="Content">Base64; may be the name of a long text.</param>
/// <param name="MediaType">Empty when it is to be guessed.</param>
/// <param name="ContentId">Empty for an attachment, else the file is inline.</param>
/// <param name="Member">What it is called in the request.</param>
internal sealed record DraftFile(string Content, string Name, string MediaType, string ContentId, string Member);

using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>All that is known of a message when its last octet has come.</summary>
/// <param name="Parts">Where its parts lie in the stored source.</param>
/// <param name="Snippet">How its text begins, in one line.</param>
internal sealed record ScannedMessage(HeaderSummary Header, PartTree Parts, string Snippet)
{
    public static readonly ScannedMessage Empty = new(HeaderSummary.Empty, PartTree.Empty, "");
}

using Smtpd.Operations;

namespace Smtpd.Web.Sending;

/// <summary>Why a message that came over HTTP is not taken.</summary>
/// <param name="Status">Of the answer.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="To">The recipient because of whom; empty when it is not about one.</param>
internal sealed record SendRefusal(RejectionReason Reason, int Status, string Text, string To = "")
{
    public static SendRefusal StoreFull { get; } = new(RejectionReason.Store, 503, "There is no room for the message. Try again later.");

    public static SendRefusal StoreFailed { get; } = new(RejectionReason.Store, 503, "The message could not be stored. Try again later.");
}

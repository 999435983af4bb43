using Smtpd.Mail;

namespace Smtpd.Storage.Spooling;

/// <summary>What became of one mailbox's entry while its message lay in the spool.</summary>
/// <param name="Mailbox">The mailbox's key.</param>
internal sealed record SpooledEntry(MessageId Message, string Mailbox, bool Read, bool Starred, IReadOnlyList<string> Tags)
{
    /// <summary>True when it is as it came.</summary>
    public bool IsUntouched => !Read && !Starred && Tags.Count == 0;
}

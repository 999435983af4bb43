using Smtpd.Mail;

namespace Smtpd.Storage;

/// <summary>A store that gives attachments ids of their own, as the original did.</summary>
internal interface IAttachmentIds
{
    /// <summary>Where the attachment is; null when no message of the scope has it.</summary>
    /// <param name="attachment">24 hexadecimal digits.</param>
    /// <returns>The message, and the number of the part.</returns>
    ValueTask<(MessageId Message, string Section)?> FindAttachmentAsync(MailScope scope, string attachment, CancellationToken cancellation);
}

namespace Smtpd.Storage;

/// <summary>A store that keeps who has sent spam, as the original did. Nothing waits for it, and nobody is blocked by it.</summary>
internal interface ISpamRecords
{
    /// <summary>Notes a message that matched <c>smtp.spam.regex</c>. Returns at once.</summary>
    /// <param name="sender">The reverse-path's mailbox; empty for the null reverse-path.</param>
    void NoteSpam(string client, string sender);
}

using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage.Memory;

/// <summary>A message and its entries. Used under the store's lock.</summary>
internal sealed class MemoryMessage(ReceivedMail mail, byte[] source)
{
    private readonly MessageSummary _summary = mail.Summarize();

    public PartTree Parts { get; } = mail.Content.Parts;

    /// <summary>As it was received, trace lines first.</summary>
    public byte[] Source { get; } = source;

    public List<MemoryEntry> Entries { get; } = [.. mail.Envelope.Recipients.Select(one => one.MailboxKey).Distinct().Select(key => new MemoryEntry(key))];

    public MessageId Id => _summary.Id;

    public bool IsUnread => Entries.Exists(entry => !entry.Read);

    public bool IsIn(MailScope scope) => scope.IsEverything || Entries.Exists(entry => scope.Contains(entry.Mailbox));

    public IEnumerable<MemoryEntry> EntriesIn(MailScope scope) => Entries.Where(entry => scope.Contains(entry.Mailbox));

    /// <summary>The message with marks and tags as the scope's entries have them; null when it has none there.</summary>
    public MessageSummary? SummaryIn(MailScope scope) => !IsIn(scope) ? null : _summary with
    {
        Read = EntriesIn(scope).All(entry => entry.Read),
        Starred = EntriesIn(scope).Any(entry => entry.Starred),
        Tags = TagNames.InOrder(EntriesIn(scope).SelectMany(entry => entry.Tags)),
    };
}

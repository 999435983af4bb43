namespace Smtpd.Storage.Memory;

/// <summary>A message in one mailbox, with what the mailbox's owner did to it.</summary>
internal sealed class MemoryEntry(string mailbox)
{
    /// <summary>The mailbox's key.</summary>
    public string Mailbox { get; } = mailbox;

    public bool Read { get; set; }

    public bool Starred { get; set; }

    public HashSet<string> Tags { get; set; } = new(StringComparer.Ordinal);
}

using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Storage;

/// <summary>What a store should hold, as plainly as it can be said: a list of entries.</summary>
internal sealed class StoreModel
{
    private readonly List<Entry> _entries = [];

    public sealed class Entry(MessageId message, string mailbox)
    {
        public MessageId Message { get; } = message;
        public string Mailbox { get; } = mailbox;
        public bool Read { get; set; }
        public bool Starred { get; set; }
        public HashSet<string> Tags { get; set; } = [];
    }

    public IReadOnlyList<MessageId> Ids => [.. _entries.Select(entry => entry.Message).Distinct().Order()];

    public void Add(MessageId id, IEnumerable<string> mailboxes) => _entries.AddRange(mailboxes.Distinct().Select(mailbox => new Entry(id, mailbox)));

    /// <summary>Changes the scope's entries of the messages and says how many messages those were.</summary>
    public long Change(MailScope scope, IReadOnlyList<MessageId>? ids, Action<Entry> change)
    {
        List<Entry> meant = [.. _entries.Where(entry => scope.Contains(entry.Mailbox) && (ids is null || ids.Contains(entry.Message)))];
        meant.ForEach(change);
        return meant.Select(entry => entry.Message).Distinct().Count();
    }

    public long Delete(MailScope scope, IReadOnlyList<MessageId>? ids)
    {
        var gone = new HashSet<Entry>();
        long found = Change(scope, ids, entry => gone.Add(entry));
        _entries.RemoveAll(gone.Contains);
        return found;
    }

    public long Rename(MailScope scope, string tag, string? newName)
    {
        List<Entry> meant = [.. _entries.Where(entry => scope.Contains(entry.Mailbox) && entry.Tags.Contains(tag))];
        foreach (Entry entry in meant)
        {
            entry.Tags.Remove(tag);
            if (newName is not null) entry.Tags.Add(newName);
        }
        return meant.Count;
    }

    /// <summary>One line for each message of the scope, the newest first.</summary>
    public List<string> Lines(MailScope scope) => [.. _entries.Where(entry => scope.Contains(entry.Mailbox)).GroupBy(entry => entry.Message).OrderByDescending(message => message.Key)
        .Select(message => Line(message.Key, message.All(entry => entry.Read), message.Any(entry => entry.Starred), message.SelectMany(entry => entry.Tags)))];

    public static string Line(MessageId id, bool read, bool starred, IEnumerable<string> tags) =>
        $"{id}{(read ? " read" : "")}{(starred ? " starred" : "")} {string.Join(',', TagNames.InOrder(tags))}";

    public (long Total, long Unread) Counts(MailScope scope)
    {
        List<string> lines = Lines(scope);
        return (lines.Count, lines.Count(line => !line.Contains(" read", StringComparison.Ordinal)));
    }

    public IReadOnlyList<string> Tags(MailScope scope) => TagNames.InOrder(_entries.Where(entry => scope.Contains(entry.Mailbox)).SelectMany(entry => entry.Tags));

    public List<MailboxSummary> Mailboxes(MailScope scope, bool domains) =>
    [
        .. _entries.Where(entry => scope.Contains(entry.Mailbox)).Select(entry => domains ? MailScope.DomainOf(entry.Mailbox) : entry.Mailbox).Distinct()
            .Where(name => !domains || scope.IsEverything || scope.Domains.Contains(name)).Order(StringComparer.Ordinal)
            .Select(name =>
            {
                MailScope own = domains ? MailScope.Of([], [name]) : MailScope.Of([name], []);
                (long total, long unread) = Counts(own);
                return new MailboxSummary(name, total, unread, _entries.Where(entry => own.Contains(entry.Mailbox)).Max(entry => entry.Message));
            }),
    ];
}

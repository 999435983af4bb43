using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Storage.Mongo;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage;

public enum StoreKind { Memory, Sqlite, Mongo }

/// <summary>An empty store for each test, and short words for what tests do to it.</summary>
internal abstract class StoreFixture
{
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);

    protected IMailStore Store { get; private set; } = null!;

    protected BodyStaging Staging { get; private set; } = null!;

    protected TemporaryFolder Folder { get; private set; } = null!;

    /// <summary>The MongoDB server of a fixture that has one of its own.</summary>
    protected virtual StandIn? Server => null;

    protected abstract IMailStore Create(TemporaryFolder folder);

    protected static IMailStore Create(StoreKind kind, TemporaryFolder folder) => kind switch
    {
        StoreKind.Memory => new MemoryStore(64 * 1024 * 1024),
        StoreKind.Sqlite => new SqliteStore(Path.Combine(folder.Root, "mail.db"), 0, new ListLog()),
        _ => MongoStores.Open(folder),
    };

    [SetUp]
    public void Open()
    {
        Folder = new TemporaryFolder();
        Store = Create(Folder);
        Staging = new BodyStaging(Folder.Root, Store.Space);
    }

    /// <summary>Opens the same store again, when the test has closed it.</summary>
    protected void Reopen() => Store = Create(Folder);

    [TearDown]
    public async Task Close()
    {
        if (Store is MongoStore) await MongoStores.DropAsync(Folder, Server);
        if (Store is not null) await Store.DisposeAsync();
        Staging?.Dispose();
        Folder.Dispose();
    }

    /// <summary>Commits the mails in one batch and gives the last one's id.</summary>
    protected MessageId Keep(params ReceivedMail[] mails) => KeepAll(mails)[^1];

    /// <summary>Commits the mails in one batch.</summary>
    protected IReadOnlyList<MessageId> KeepAll(params ReceivedMail[] mails)
    {
        foreach (ReceivedMail mail in mails)
        {
            while (!Store.WriteAhead(mail)) { }
            mail.GiveId(_ids.Next());
        }
        Store.Commit(mails);
        foreach (ReceivedMail mail in mails) mail.Dispose();
        return [.. mails.Select(mail => mail.Id)];
    }

    protected ReceivedMail Mail(string subject, params string[] recipients) =>
        Mails.New(Staging, $"From: A Sender <a@remote.test>\r\nTo: alice@local.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@remote.test>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0100\r\n\r\nText\r\n", recipients);

    protected static MailScope Box(params string[] mailboxes) => MailScope.Of(mailboxes, []);

    protected static MailScope Domain(params string[] domains) => MailScope.Of([], domains);

    protected async Task<MessageSummary> FindAsync(MailScope scope, MessageId id) => (await Store.FindAsync(scope, id, default))!;

    protected async Task<(long Total, long Unread)> CountsAsync(MailScope scope)
    {
        MessagePage page = await Store.ListAsync(scope, 0, null, 1, default);
        return (page.Total, page.Unread);
    }

    protected async Task<IReadOnlyList<MessageId>> IdsAsync(MailScope scope, long start = 0, MessageId? before = null, int limit = 1000) =>
        [.. (await Store.ListAsync(scope, start, before, limit, default)).Messages.Select(message => message.Id)];
}

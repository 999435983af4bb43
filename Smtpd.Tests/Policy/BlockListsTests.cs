using System.Net;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Policy;

/// <summary>Who is blocked: read, kept, asked and changed. DEFECTS row 39: compared by case, hosts never asked, the sender taken for the recipient.</summary>
public sealed class BlockListsTests
{
    [TestCase(nameof(BlockKind.Host), "192.0.2.1", "192.0.2.1")]
    [TestCase(nameof(BlockKind.Host), " 192.0.2.0/24 ", "192.0.2.0/24")]
    [TestCase(nameof(BlockKind.Host), "192.0.2.1/32", "192.0.2.1")]
    [TestCase(nameof(BlockKind.Host), "2001:DB8::/32", "2001:db8::/32")]
    [TestCase(nameof(BlockKind.Host), "::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase(nameof(BlockKind.Host), "192.0.2.1/24", null)]
    [TestCase(nameof(BlockKind.Host), "mail.example.com", null)]
    [TestCase(nameof(BlockKind.Sender), "Spam@Example.COM", "spam@example.com")]
    [TestCase(nameof(BlockKind.Sender), "Example.COM.", "example.com")]
    [TestCase(nameof(BlockKind.Sender), "@example.com", "example.com")]
    [TestCase(nameof(BlockKind.Sender), "*.Example.com", "*.example.com")]
    [TestCase(nameof(BlockKind.Recipient), "\"a\"@example.com", "a@example.com")]
    [TestCase(nameof(BlockKind.Recipient), "a@[192.0.2.1]", "a@[192.0.2.1]")]
    [TestCase(nameof(BlockKind.Recipient), "*@example.com", "*@example.com")]
    [TestCase(nameof(BlockKind.Recipient), "", null)]
    [TestCase(nameof(BlockKind.Recipient), "a b", null)]
    [TestCase(nameof(BlockKind.Recipient), "a@b@c", null)]
    public void An_entry_has_one_text(string kind, string text, string? written) =>
        Assert.That(BlockText.TryRead(Enum.Parse<BlockKind>(kind), text, out string read) ? read : null, Is.EqualTo(written));

    [TestCase("192.0.2.1", true)]
    [TestCase("192.0.2.2", false)]
    [TestCase("::ffff:192.0.2.1", true)]
    [TestCase("10.255.255.255", true)]
    [TestCase("11.0.0.0", false)]
    [TestCase("172.16.15.255", true)]
    [TestCase("172.16.16.0", false)]
    [TestCase("2001:db8:ffff::1", true)]
    [TestCase("2001:db9::1", false)]
    [TestCase("2001:db9:8000::1", true)]
    public void A_client_is_blocked_by_its_address_or_its_network(string client, bool isBlocked)
    {
        var hosts = new HostBlocks([.. ((string[])["192.0.2.1/32", "10.0.0.0/8", "172.16.0.0/20", "2001:db8::/32", "2001:db9:8000::/33"]).Select(network => IPNetwork.Parse(network))]);
        Assert.That(hosts.Contains(IPAddress.Parse(client)), Is.EqualTo(isBlocked));
    }

    [TestCase("spam", "example.com", true)]
    [TestCase("SPAM", "Example.COM.", true)]
    [TestCase("\"spam\"", "example.com", true)]
    [TestCase("ham", "example.com", false)]
    [TestCase("any", "bad.test", true)]
    [TestCase("any", "sub.bad.test", false)]
    [TestCase("any", "a.b.worse.test", true)]
    [TestCase("any", "worse.test", false)]
    [TestCase("any", "notworse.test", false)]
    public void A_mailbox_is_blocked_by_its_address_or_its_domain(string local, string domain, bool isBlocked) =>
        Assert.That(new MailboxBlocks(["spam@example.com", "bad.test", "*.worse.test"]).Contains(new MailAddress(local, domain)), Is.EqualTo(isBlocked));

    [Test]
    public async Task An_empty_list_or_one_that_is_not_asked_costs_a_comparison_with_null()
    {
        using var lists = new BlockLists(new MemoryBlockList(TimeProvider.System), new BlockSettings(Senders: false));
        Assert.That((lists.Hosts, lists.Senders, lists.Recipients), Is.EqualTo(((HostBlocks?)null, (MailboxBlocks?)null, (MailboxBlocks?)null)));
        await lists.AddAsync(BlockKind.Sender, "a@b.test", "", default);
        await lists.AddAsync(BlockKind.Recipient, "c@d.test", "", default);
        Assert.That(lists.Senders, Is.Null);
        Assert.That(lists.Recipients!.Contains(new MailAddress("c", "d.test")), Is.True);
    }

    [Test]
    public async Task Entries_are_kept_each_once_and_taken_away([Values] bool inMemory)
    {
        using var folder = new TemporaryFolder();
        IBlockListStore store;
        SqliteStore? file = inMemory ? null : new SqliteStore(folder["mail.db"], 0, new ListLog());
        store = file is null ? new MemoryBlockList(TimeProvider.System) : new SqliteBlockList(file);
        using var lists = new BlockLists(store, new BlockSettings());
        (Block block, bool isNew) = await lists.AddAsync(BlockKind.Host, "192.0.2.0/24", "why", default);
        Assert.That((block.Kind, block.Text, block.Note, isNew), Is.EqualTo((BlockKind.Host, "192.0.2.0/24", "why", true)));
        Assert.That(await lists.AddAsync(BlockKind.Host, "192.0.2.0/24", "again", default), Is.EqualTo((block, false)));
        Assert.That((await lists.AddAsync(BlockKind.Sender, "192.0.2.0", "", default)).IsNew, Is.True);
        Assert.That(lists.Hosts!.Contains(IPAddress.Parse("192.0.2.77")), Is.True);
        if (file is not null)
        {
            await file.DisposeAsync();
            file = new SqliteStore(folder["mail.db"], 0, new ListLog());
            store = new SqliteBlockList(file);
        }
        using var later = new BlockLists(store, new BlockSettings());
        Assert.That((await later.ListAsync(default))[0], Is.EqualTo(block));
        Assert.That(later.Hosts!.Contains(IPAddress.Parse("192.0.2.77")), Is.True);
        Assert.That(await later.RemoveAsync([block.Id, block.Id, 4711], default), Is.EqualTo(1));
        Assert.That(later.Hosts, Is.Null);
        Assert.That(await later.ListAsync(default), Has.Count.EqualTo(1));
        Assert.That((await later.AddAsync(BlockKind.Host, "192.0.2.0/24", "", default)).Block.Id, Is.GreaterThan(block.Id + 1));
        if (file is not null) await file.DisposeAsync();
    }
}

using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

[TestFixture(StoreKind.Memory), TestFixture(StoreKind.Sqlite), TestFixture(StoreKind.Mongo)]
internal sealed class MailboxListTests(StoreKind kind) : StoreFixture
{
    private const string Alice = "alice@local.test", Bob = "bob@local.test", Carol = "carol@other.test";

    protected override IMailStore Create(TemporaryFolder folder) => Create(kind, folder);

    private async Task<IReadOnlyList<MailboxSummary>> ListAsync(MailScope scope, bool domains = false, string filter = "", string? after = null, int limit = 100) =>
        await Store.ListMailboxesAsync(scope, domains, filter, after, limit, default);

    private async Task<string[]> NamesAsync(MailScope scope, bool domains = false, string filter = "", string? after = null, int limit = 100) =>
        [.. (await ListAsync(scope, domains, filter, after, limit)).Select(one => one.Name)];

    [Test]
    public async Task Mailboxes_and_domains_have_counts_and_their_newest_message()
    {
        MessageId first = Keep(Mail("1", Alice, Bob)), second = Keep(Mail("2", Alice)), third = Keep(Mail("3", Carol));
        await Store.MarkAsync(Box(Alice), [first], new Marks(Read: true), default);
        Assert.That(await ListAsync(MailScope.Everything), Is.EqualTo(new MailboxSummary[] { new(Alice, 2, 1, second), new(Bob, 1, 1, first), new(Carol, 1, 1, third) }));
        Assert.That(await ListAsync(MailScope.Everything, domains: true), Is.EqualTo(new MailboxSummary[] { new("local.test", 2, 2, second), new("other.test", 1, 1, third) }));
        await Store.DeleteAsync(MailScope.Everything, [second], default);
        Assert.That(await ListAsync(Domain("local.test")), Is.EqualTo(new MailboxSummary[] { new(Alice, 1, 0, first), new(Bob, 1, 1, first) }));
        Assert.That(await ListAsync(Domain("local.test"), domains: true), Is.EqualTo(new MailboxSummary[] { new("local.test", 1, 1, first) }));
    }

    [Test]
    public async Task Only_names_of_the_scope_are_listed()
    {
        Keep(Mail("1", Alice, Bob, Carol));
        Assert.That(await NamesAsync(Box(Bob)), Is.EqualTo(new[] { Bob }));
        Assert.That(await NamesAsync(MailScope.Of([Bob], ["other.test"])), Is.EqualTo(new[] { Bob, Carol }));
        Assert.That(await NamesAsync(MailScope.Of([Bob], ["other.test"]), domains: true), Is.EqualTo(new[] { "other.test" }));
        Assert.That(await NamesAsync(Box(Bob), domains: true), Is.Empty);
        Assert.That(await NamesAsync(MailScope.Nothing), Is.Empty);
        Assert.That(await NamesAsync(MailScope.Nothing, domains: true), Is.Empty);
    }

    [Test]
    public async Task Names_are_paged_and_filtered()
    {
        Keep([.. Enumerable.Range(0, 26).Select(n => Mail($"{n}", $"{(char)('a' + n)}%@{(n % 2 == 0 ? "even" : "odd")}.test"))]);
        foreach (MailScope scope in (MailScope[])[MailScope.Everything, Domain("even.test", "odd.test")])
        {
            Assert.That(await NamesAsync(scope, limit: 2), Is.EqualTo(new[] { "a%@even.test", "b%@odd.test" }));
            Assert.That(await NamesAsync(scope, after: "b%@odd.test", limit: 2), Is.EqualTo(new[] { "c%@even.test", "d%@odd.test" }));
            Assert.That(await NamesAsync(scope, filter: "odd", after: "b%@odd.test", limit: 2), Is.EqualTo(new[] { "d%@odd.test", "f%@odd.test" }));
            Assert.That(await NamesAsync(scope, filter: "%@e"), Has.Length.EqualTo(13));
            Assert.That(await NamesAsync(scope, filter: "_"), Is.Empty);
            Assert.That(await NamesAsync(scope, after: "z"), Has.Length.EqualTo(1));
            Assert.That(await NamesAsync(scope, domains: true, filter: "en"), Is.EqualTo(new[] { "even.test" }));
            Assert.That(await NamesAsync(scope, domains: true, after: "even.test"), Is.EqualTo(new[] { "odd.test" }));
        }
    }

    [Test]
    public async Task Names_without_mail_are_not_listed()
    {
        MessageId id = Keep(Mail("1", Alice, Carol));
        await Store.DeleteAsync(Box(Alice), [id], default);
        Assert.That(await NamesAsync(MailScope.Everything), Is.EqualTo(new[] { Carol }));
        Assert.That(await NamesAsync(MailScope.Everything, domains: true), Is.EqualTo(new[] { "other.test" }));
        Keep(Mail("2", Alice));
        Assert.That(await NamesAsync(MailScope.Everything), Is.EqualTo(new[] { Alice, Carol }));
    }

    [Test]
    public async Task The_newest_message_of_a_domain_with_many_mailboxes_is_found_also_when_newer_ones_are_gone()
    {
        MessageId[] ids = [.. KeepAll([.. Enumerable.Range(0, 400).Select(n => Mail($"{n}", $"user{n}@local.test"))])];
        for (int i = 0; i < 3; i++) Keep([.. Enumerable.Range(0, 500).Select(n => Mail($"{n}", Carol))]);
        Assert.That((await ListAsync(Domain("local.test"), domains: true)).Single().Newest, Is.EqualTo(ids[^1]));
        await Store.DeleteAsync(Domain("local.test"), ids[300..], default);
        Assert.That((await ListAsync(Domain("local.test"), domains: true)).Single().Newest, Is.EqualTo(ids[299]));
        MessageId last = Keep(Mail("last", "user0@local.test"));
        for (int i = 0; i < 3; i++) Keep([.. Enumerable.Range(0, 500).Select(n => Mail($"{n}", Carol))]);
        await Store.DeleteAsync(Domain("local.test"), [last], default);
        Assert.That((await ListAsync(MailScope.Everything, domains: true))[0].Newest, Is.EqualTo(ids[299]), "far behind the newest that it ever had");
    }
}

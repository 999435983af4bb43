using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>Tags of entries.</summary>
[TestFixture(StoreKind.Memory), TestFixture(StoreKind.Sqlite), TestFixture(StoreKind.Mongo)]
internal sealed class TagTests(StoreKind kind) : StoreFixture
{
    private const string Alice = "alice@local.test", Bob = "bob@local.test", Carol = "carol@other.test";

    protected override IMailStore Create(TemporaryFolder folder) => Create(kind, folder);

    private async Task<IReadOnlyList<string>> TagsOfAsync(MailScope scope, MessageId id) => (await FindAsync(scope, id)).Tags;

    private async Task<IReadOnlyList<string>> TagsAsync(MailScope scope) => await Store.ListTagsAsync(scope, default);

    [Test]
    public async Task Tags_are_set_as_a_whole_and_come_back_in_order()
    {
        MessageId id = Keep(Mail("1")), other = Keep(Mail("2"));
        Assert.That(await TagsOfAsync(MailScope.Everything, id), Is.Empty);
        Assert.That(await Store.SetTagsAsync(MailScope.Everything, [id, id, new MessageId(1, 2, 3)], ["b", "A", "a", "B", "b", "Ärger 'x' %"], default), Is.EqualTo(1));
        string[] expected = ["A", "a", "B", "b", "Ärger 'x' %"];
        Assert.That(await TagsOfAsync(MailScope.Everything, id), Is.EqualTo(expected));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages.Select(one => one.Tags.Count), Is.EqualTo(new[] { 0, 5 }));
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(expected));
        Assert.That(await Store.SetTagsAsync(MailScope.Everything, [id, other], ["c"], default), Is.EqualTo(2));
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(new[] { "c" }));
        await Store.SetTagsAsync(MailScope.Everything, [id, other], [], default);
        Assert.That(await TagsAsync(MailScope.Everything), Is.Empty);
    }

    [Test]
    public async Task Each_mailbox_has_its_own_tags()
    {
        MessageId id = Keep(Mail("1", Alice, Bob, Carol));
        await Store.SetTagsAsync(Box(Alice), [id], ["mine", "both"], default);
        await Store.SetTagsAsync(Box(Bob), [id], ["his", "both"], default);
        Assert.That(await TagsOfAsync(Box(Alice), id), Is.EqualTo(new[] { "both", "mine" }));
        Assert.That(await TagsOfAsync(Box(Bob), id), Is.EqualTo(new[] { "both", "his" }));
        Assert.That(await TagsOfAsync(Box(Carol), id), Is.Empty);
        Assert.That(await TagsOfAsync(Domain("local.test"), id), Is.EqualTo(new[] { "both", "his", "mine" }));
        Assert.That(await TagsOfAsync(MailScope.Everything, id), Is.EqualTo(new[] { "both", "his", "mine" }));
        Assert.That(await TagsAsync(Box(Bob)), Is.EqualTo(new[] { "both", "his" }));
        Assert.That(await TagsAsync(Domain("other.test")), Is.Empty);
        Assert.That(await TagsAsync(MailScope.Of([Alice], ["other.test"])), Is.EqualTo(new[] { "both", "mine" }));
        Assert.That(await TagsAsync(MailScope.Nothing), Is.Empty);
        Assert.That(await Store.SetTagsAsync(Box("dave@local.test"), [id], ["x"], default), Is.Zero);
    }

    [Test]
    public async Task A_tag_is_renamed_in_the_scope_alone_and_meets_its_like()
    {
        MessageId id = Keep(Mail("1", Alice, Bob)), second = Keep(Mail("2", Alice));
        await Store.SetTagsAsync(MailScope.Everything, [id, second], ["old"], default);
        await Store.SetTagsAsync(Box(Alice), [second], ["old", "new"], default);
        Assert.That(await Store.RenameTagAsync(Box(Alice), "old", "new", default), Is.EqualTo(2));
        Assert.That(await TagsOfAsync(Box(Alice), id), Is.EqualTo(new[] { "new" }));
        Assert.That(await TagsOfAsync(Box(Alice), second), Is.EqualTo(new[] { "new" }), "one is left of two");
        Assert.That(await TagsOfAsync(Box(Bob), id), Is.EqualTo(new[] { "old" }));
        Assert.That(await Store.RenameTagAsync(Domain("local.test"), "OLD", "x", default), Is.Zero, "case counts");
        Assert.That(await Store.RenameTagAsync(Domain("local.test"), "new", "new", default), Is.EqualTo(2));
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(new[] { "new", "old" }));
        Assert.That(await Store.RenameTagAsync(MailScope.Everything, "new", null, default), Is.EqualTo(2));
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(new[] { "old" }));
        Assert.That(await Store.RenameTagAsync(MailScope.Nothing, "old", null, default), Is.Zero);
    }

    [Test]
    public async Task Many_entries_are_renamed()
    {
        MessageId[] ids = [.. KeepAll([.. Enumerable.Range(0, 700).Select(n => Mail($"{n}", Alice, Bob))])];
        Assert.That(await Store.SetTagsAsync(MailScope.Everything, ids, ["a"], default), Is.EqualTo(700));
        Assert.That(await Store.RenameTagAsync(Domain("local.test"), "a", "b", default), Is.EqualTo(1400));
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(new[] { "b" }));
        Assert.That(await TagsAsync(Box(Bob)), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task Tags_go_with_their_entries()
    {
        MessageId id = Keep(Mail("1", Alice, Bob));
        await Store.SetTagsAsync(Box(Alice), [id], ["a"], default);
        await Store.SetTagsAsync(Box(Bob), [id], ["b"], default);
        await Store.DeleteAsync(Box(Alice), [id], default);
        Assert.That(await TagsAsync(MailScope.Everything), Is.EqualTo(new[] { "b" }));
        await Store.DeleteAsync(MailScope.Everything, [id], default);
        Assert.That(await TagsAsync(MailScope.Everything), Is.Empty);
    }
}

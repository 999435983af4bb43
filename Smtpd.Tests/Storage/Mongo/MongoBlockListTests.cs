using NUnit.Framework;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>Block lists lie in the original's collections.</summary>
internal sealed class MongoBlockListTests : StoreFixture
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    private MongoBlockList Blocks => new((MongoStore)Store);

    [Test]
    public async Task Entries_are_added_once_listed_and_taken_away()
    {
        MongoBlockList blocks = Blocks;
        var added = new List<Block>();
        foreach ((BlockKind kind, string text) in ((BlockKind, string)[])[(BlockKind.Host, "192.0.2.0/24"), (BlockKind.Sender, "a@b.test"), (BlockKind.Sender, "b.test"), (BlockKind.Recipient, "*.b.test"), (BlockKind.Recipient, "a@b.test")])
        {
            (Block block, bool isNew) = await blocks.AddBlockAsync(kind, text, "note", default);
            Assert.That((block.Kind, block.Text, block.Note, isNew), Is.EqualTo((kind, text, "note", true)));
            Assert.That((await blocks.AddBlockAsync(kind, text, "other", default)).IsNew, Is.False);
            added.Add(block);
        }
        Assert.That(await Blocks.ListBlocksAsync(default), Is.EquivalentTo(added).Using<Block>((left, right) => (left.Id, left.Kind, left.Text) == (right.Id, right.Kind, right.Text)));
        Assert.That(added.Select(block => block.Id), Is.Unique.And.All.LessThan(1L << 53));
        Assert.That(blocks.ReadBlocks(), Has.Count.EqualTo(5));
        Assert.That(await blocks.RemoveBlocksAsync([added[0].Id, added[2].Id, 42], default), Is.EqualTo(2));
        Assert.That((await blocks.ListBlocksAsync(default)).Select(block => block.Text), Is.EquivalentTo(new[] { "a@b.test", "*.b.test", "a@b.test" }));
    }

    [Test]
    public async Task The_original_reads_what_is_added_and_its_own_entries_are_known()
    {
        await Blocks.AddBlockAsync(BlockKind.Sender, "a@b.test", "why", default);
        await Blocks.AddBlockAsync(BlockKind.Host, "192.0.2.1", "", default);
        await PythonScript.RunAsync(Folder,
            """
            mail, = db["GreyMails"].find({"email": "a@b.test", "type": "from", "isactive": True})
            same((mail["local"], mail["domain"], mail["createdby"], type(mail["createdat"])), ("a", "b.test", "", datetime.datetime), "an entry")
            assert db["GreyHosts"].count_documents({"hostname": "192.0.2.1", "isactive": True}) == 1
            db["GreyMails"].insert_one({"createdby": "5be0f1f2a1b2c3d4e5f60718", "type": "to", "email": "Carol@Other.test", "local": "Carol", "domain": "Other.test", "createdat": datetime.datetime(2018, 1, 1), "isactive": True})
            db["GreyMails"].insert_one({"createdby": "", "type": "to", "email": "dave@other.test", "local": "dave", "domain": "other.test", "createdat": datetime.datetime(2018, 1, 1), "isactive": False})
            """);
        Assert.That((await Blocks.ListBlocksAsync(default)).Where(block => block.Kind == BlockKind.Recipient).Select(block => block.Text), Is.EqualTo(new[] { "carol@other.test" }));
    }

    [Test]
    public async Task Who_sends_spam_is_noted_as_the_original_did()
    {
        ((MongoStore)Store).NoteSpam("192.0.2.9", "spammer@remote.test");
        Assert.That(() => ((MongoStore)Store).Collection("SpamDB").CountAllAsync(default).AsTask().GetAwaiter().GetResult(), Is.EqualTo(1).After(60).Seconds.PollEvery(20).MilliSeconds);
        await PythonScript.RunAsync(Folder,
            """
            note = db["SpamDB"].find_one()
            same([note[name] for name in ("hostname", "ipaddress", "type", "email", "isactive")], ["", "192.0.2.9", "", "spammer@remote.test", True], "a note")
            """);
    }
}

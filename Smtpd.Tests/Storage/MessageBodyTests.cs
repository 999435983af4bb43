using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

internal sealed class MessageBodyTests
{
    private TemporaryFolder _folder = null!;
    private StoreSpace _space = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _space = new StoreSpace();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_body_beyond_the_limit_leaves_memory_and_no_file_with_a_name()
    {
        using ReceivedMail mail = Mails.New(new BodyStaging(_folder.Root, _space), new byte[3 * 1024 * 1024]);
        Assert.That(mail.Body.IsInFile, Is.True);
        Assert.That(Directory.GetFiles(_folder.Root), Is.Empty);
        await Task.CompletedTask;
    }

    [Test]
    public void The_id_is_written_into_its_place_in_memory_and_in_a_file()
    {
        foreach (int more in (int[])[10, 1024 * 1024, 3 * 1024 * 1024])
        {
            var staging = new BodyStaging(_folder.Root, _space);
            using var body = new MessageBody(staging);
            body.MakeRoom(100);
            body.Append("id "u8);
            body.MarkId();
            body.Append("000000000000000000000000 end"u8);
            for (int left = more; left > 0;)
            {
                int room = body.MakeRoom(Math.Min(left, 65536));
                if (room == 0) body.SpillAsync().AsTask().GetAwaiter().GetResult();
                else body.Append(new byte[room]);
                left -= room;
            }
            var id = new MessageId(0x01020304, 5, 6);
            body.SetId(id);
            byte[] start = new byte[31];
            body.Read(0, start);
            Assert.That(System.Text.Encoding.ASCII.GetString(start), Is.EqualTo($"id {id} end"));
        }
    }

    [Test]
    public void Memory_for_all_bodies_is_bounded_and_given_back()
    {
        var staging = new BodyStaging(_folder.Root, _space);
        List<ReceivedMail> mails = [.. Enumerable.Range(0, 300).Select(_ => Mails.New(staging, new byte[250 * 1024]))];
        Assert.That(mails.Count(mail => !mail.Body.IsInFile), Is.LessThanOrEqualTo(256), "64 MiB hold 256 of them");
        Assert.That(mails.Count(mail => mail.Body.IsInFile), Is.GreaterThan(0));
        foreach (ReceivedMail mail in mails) mail.Dispose();
        byte[]?[] whole = [.. Enumerable.Range(0, 33).Select(_ => staging.Memory.TryRent(BodyMemory.LargestOctets))];
        Assert.That(whole.Count(one => one is not null), Is.EqualTo(32), "all of it is there again, and no more");
    }

    [Test]
    public void Large_pieces_of_memory_are_lent_again_instead_of_made_anew()
    {
        var memory = new BodyMemory();
        byte[] first = memory.TryRent(BodyMemory.LargestOctets)!;
        memory.Return(first);
        Assert.That(memory.TryRent(BodyMemory.LargestOctets), Is.SameAs(first));
        memory.Return(first);

        // All of the share in the other size: what is kept makes room.
        byte[][] pieces = [.. Enumerable.Range(0, 256).Select(_ => memory.TryRent(BodyMemory.PieceOctets)!)];
        Assert.That(pieces, Has.None.Null);
        Assert.That(memory.TryRent(BodyMemory.PieceOctets), Is.Null);
        foreach (byte[] piece in pieces) memory.Return(piece);
        Assert.That(memory.TryRent(BodyMemory.LargestOctets), Is.Not.Null.And.Not.SameAs(first), "it was dropped for the pieces");
    }

    [Test]
    public void Without_room_a_large_body_is_refused_and_its_promise_given_back()
    {
        _space.Offer(100_000);
        Assert.That(() => Mails.New(new BodyStaging(_folder.Root, _space), new byte[3 * 1024 * 1024]), Throws.TypeOf<StoreException>().With.Property("IsFull").True);
        Assert.That(_space.HasRoomFor(100_000), Is.True);
        Assert.That(_space.HasRoomFor(100_001), Is.False);
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_named()
    {
        var staging = new BodyStaging(Path.Combine(_folder.Root, "missing"), _space);
        Assert.That(() => Mails.New(staging, new byte[3 * 1024 * 1024]), Throws.TypeOf<StoreException>().With.Message.Contains("missing"));
    }
}

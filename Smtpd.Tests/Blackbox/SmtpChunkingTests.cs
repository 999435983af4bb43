using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Messages that come in chunks (RFC 3030). Texts stand for octets.</summary>
public sealed class SmtpChunkingTests : ServerFixture
{
    private const int MaxBytes = 5_000_000;

    internal override void Configure(SmtpdConfiguration configuration) => configuration.Smtp["max.message.bytes"] = MaxBytes;

    [TestCase("")]
    [TestCase("BODY=8BITMIME")]
    [TestCase("BODY=BINARYMIME")]
    public async Task Chunks_of_any_size_make_one_message(string body)
    {
        string source = "Subject: chunks\r\n\r\n.one dot\r\n..two\r\n.\r\nend\r\n";
        for (int size = 1; size <= source.Length; size += 3)
        {
            await using SmtpDialogue dialogue = await BegunAsync(body);
            for (int i = 0; i < source.Length; i += size)
            {
                string chunk = source[i..Math.Min(source.Length, i + size)];
                Assert.That((await ChunkAsync(dialogue, chunk)).ToString(), Is.EqualTo($"250 2.0.0 {chunk.Length} octets received"));
            }
            await AssertStoredAsync(await ChunkAsync(dialogue, "", last: true), source);
        }
    }

    [Test]
    public async Task Everything_may_be_sent_at_once()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.SendAsync("MAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\nBDAT 6\r\nA: b\r\nBDAT 0\r\nbdat 9 last\r\n\r\nQUIT\r\n\0MAIL FROM:<>\r\nRCPT TO:<alice@local.test>\r\nBDAT 0 LAST\r\nQUIT\r\n");
        foreach (int code in (int[])[250, 250, 250, 250]) Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(code));
        await AssertStoredAsync(await dialogue.ReadAsync(), "A: b\r\n\r\nQUIT\r\n\0");
        foreach (int code in (int[])[250, 250]) Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(code));
        await AssertStoredAsync(await dialogue.ReadAsync(), "");
        Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(221));
    }

    [Test]
    public async Task Large_message_is_taken_in_large_and_small_chunks()
    {
        string source = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789\r\n", 100_000));
        foreach (int size in (int[])[1_000_000, 4_500_000, 70_001])
        {
            await using SmtpDialogue dialogue = await BegunAsync("SIZE=4300000");
            SmtpReply reply = new([]);
            for (int i = 0; i < source.Length; i += size) reply = await ChunkAsync(dialogue, source[i..Math.Min(source.Length, i + size)], i + size >= source.Length);
            await AssertStoredAsync(reply, source);
        }
    }

    [Test]
    public async Task Binary_message_is_kept_octet_for_octet()
    {
        string source = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n" + string.Concat(Enumerable.Range(0, 256).Select(octet => (char)octet)) + "\n\r\r\n.\r\n\n.\n";
        await using SmtpDialogue dialogue = await BegunAsync("BODY=BINARYMIME");
        await AssertStoredAsync(await ChunkAsync(dialogue, source, last: true), source);
    }

    [TestCase("a\nb\r\n")]
    [TestCase("a\rb\r\n")]
    [TestCase("a\r\n\r")]
    public async Task Line_end_that_stands_alone_is_refused_in_a_message_of_lines(string source)
    {
        await using SmtpDialogue dialogue = await BegunAsync("BODY=8BITMIME");
        await ChunkAsync(dialogue, source);
        SmtpReply reply = await ChunkAsync(dialogue, "", last: true);
        Assert.That((reply.Code, reply.Enhanced), Is.EqualTo((550, "5.6.0")));
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
    }

    [Test]
    public async Task Carriage_return_and_line_feed_may_come_in_two_chunks()
    {
        await using SmtpDialogue dialogue = await BegunAsync();
        await ChunkAsync(dialogue, "a\r");
        await AssertStoredAsync(await ChunkAsync(dialogue, "\nb\r\n", last: true), "a\r\nb\r\n");
    }

    [Test]
    public async Task Octets_of_a_refused_chunk_are_never_commands()
    {
        int before = await Server.Api.TotalAsync();
        const string Commands = "MAIL FROM:<b@remote.test>\r\nRCPT TO:<bob@local.test>\r\nDATA\r\nx\r\n.\r\n";
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await ChunkAsync(dialogue, Commands, last: true)).Code, Is.EqualTo(503), "without MAIL");
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        Assert.That((await ChunkAsync(dialogue, Commands, last: true)).Code, Is.EqualTo(503), "without RCPT");
        await dialogue.ExpectAsync("RCPT TO:<x@elsewhere.test>", 550);
        Assert.That((await ChunkAsync(dialogue, Commands)).Code, Is.EqualTo(554), "all recipients refused");
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
        await dialogue.SendAsync($"BDAT {Commands.Length} FIRST\r\n{Commands}");
        Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(501), "an unknown word behind the number");
        await dialogue.ExpectAsync("NOOP", 250);
        Assert.That((await ChunkAsync(dialogue, Commands, last: true)).Code, Is.EqualTo(503), "the message lacks a piece");
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task Message_of_which_a_chunk_was_refused_is_never_stored_without_it()
    {
        int before = await Server.Api.TotalAsync();
        await using SmtpDialogue dialogue = await BegunAsync();
        await dialogue.SendAsync("BDAT 12\r\nSubject: x\r\nBDAT 5 MORE\r\n\r\none" + "BDAT 5 LAST\r\n two\nNOOP\r\n");
        int[] codes = [(await dialogue.ReadAsync()).Code, (await dialogue.ReadAsync()).Code, (await dialogue.ReadAsync()).Code, (await dialogue.ReadAsync()).Code];
        Assert.That(codes, Is.EqualTo((int[])[250, 501, 503, 250]));
        Assert.That((await dialogue.DeliverAsync("Subject: next\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 1));
    }

    [TestCase("BDAT")]
    [TestCase("BDAT ")]
    [TestCase("BDAT x")]
    [TestCase("BDAT -5 LAST")]
    [TestCase("BDAT +5 LAST")]
    [TestCase("BDAT 0x5")]
    [TestCase("BDAT LAST")]
    [TestCase("BDAT 5,LAST")]
    [TestCase("BDAT 0 LAST LAST")]
    public async Task Arguments_that_are_wrong_are_told_so(string command)
    {
        await using SmtpDialogue dialogue = await BegunAsync();
        Assert.That((await dialogue.ExpectAsync(command, 501)).Enhanced, Is.EqualTo("5.5.4"));
        Assert.That((await ChunkAsync(dialogue, "x\r\n", last: true)).Code, Is.EqualTo(503), "the message is given up");
    }

    [Test]
    public async Task Chunk_too_big_to_count_ends_the_session()
    {
        await using SmtpDialogue dialogue = await BegunAsync();
        await dialogue.ExpectAsync("BDAT 99999999999999999999 LAST", 552);
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null);
    }

    [Test]
    public async Task Message_over_the_limit_is_refused_before_its_octets_come_and_the_session_goes_on()
    {
        int before = await Server.Api.TotalAsync();
        foreach (int first in (int[])[0, 100, MaxBytes])
        {
            await using SmtpDialogue dialogue = await BegunAsync();
            if (first > 0) Assert.That((await ChunkAsync(dialogue, new string('x', first))).Code, Is.EqualTo(250));
            int rest = MaxBytes - first + 1;
            await dialogue.SendAsync($"BDAT {rest} LAST\r\n");
            SmtpReply reply = await dialogue.ReadAsync();
            Assert.That((reply.Code, reply.Enhanced), Is.EqualTo((552, "5.3.4")));
            await dialogue.SendAsync(new string('x', rest));
            Assert.That((await ChunkAsync(dialogue, "more", last: true)).Code, Is.EqualTo(503), "the message is given up");
            Assert.That((await dialogue.DeliverAsync("Subject: next\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        }
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 3));
    }

    [Test]
    public async Task Other_commands_between_chunks_keep_their_order()
    {
        int before = await Server.Api.TotalAsync();
        await using SmtpDialogue dialogue = await BegunAsync();
        await ChunkAsync(dialogue, "Subject: x\r\n");
        await dialogue.ExpectAsync("NOOP", 250);
        await dialogue.ExpectAsync("VRFY alice", 252);
        foreach (string wrong in (string[])["DATA", "MAIL FROM:<b@remote.test>", "RCPT TO:<bob@local.test>"])
            Assert.That((await dialogue.ExpectAsync(wrong, 503)).Enhanced, Is.EqualTo("5.5.1"));
        await AssertStoredAsync(await ChunkAsync(dialogue, "\r\nx\r\n", last: true), "Subject: x\r\n\r\nx\r\n");
        foreach (string end in (string[])["RSET", "EHLO client.test"])
        {
            await using SmtpDialogue other = await BegunAsync();
            await ChunkAsync(other, "Subject: given up\r\n");
            await other.ExpectAsync(end, 250);
            Assert.That((await ChunkAsync(other, "x", last: true)).Code, Is.EqualTo(503));
        }
        await using (SmtpDialogue broken = await BegunAsync())
        {
            await broken.SendAsync("BDAT 100 LAST\r\nSubject: half\r\n");
            broken.Break();
        }
        await dialogue.ExpectAsync("QUIT", 221);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Binary_message_is_not_taken_by_data()
    {
        await using SmtpDialogue dialogue = await BegunAsync("BODY=BINARYMIME");
        Assert.That((await dialogue.ExpectAsync("DATA", 503)).Enhanced, Is.EqualTo("5.5.1"));
        Assert.That((await ChunkAsync(dialogue, "x\n", last: true)).QueuedAs, Is.Not.Null);
    }

    private async Task<SmtpDialogue> BegunAsync(string parameters = "")
    {
        SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync($"MAIL FROM:<a@remote.test> {parameters}", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
        return dialogue;
    }

    private static async Task<SmtpReply> ChunkAsync(SmtpDialogue dialogue, string octets, bool last = false)
    {
        await dialogue.SendAsync($"BDAT {octets.Length}{(last ? " LAST" : "")}\r\n{octets}");
        return await dialogue.ReadAsync();
    }

    private async Task AssertStoredAsync(SmtpReply reply, string source)
    {
        Assert.That(reply.QueuedAs, Is.Not.Null, reply.ToString());
        Assert.That((await Server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Is.EqualTo(source));
    }
}

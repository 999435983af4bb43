using System.Text;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What a message may be, where it ends, and what is stored of it (RFC 5321 §4.1.1.4, 4.5.2, 4.5.3; RFC 1870; RFC 6152).</summary>
public sealed class SmtpDataTests : ServerFixture
{
    private const int MaxBytes = 200_000;

    internal override void Configure(SmtpdConfiguration configuration) => configuration.Smtp["max.message.bytes"] = MaxBytes;

    [Test]
    public async Task Dots_are_unstuffed_and_every_octet_comes_back()
    {
        var octets = new StringBuilder("Subject: all octets\r\n\r\n.\r\n..\r\n.leading\r\nmid.dle\r\n");
        for (int octet = 1; octet < 256; octet++)
            if (octet is not ('\r' or '\n')) octets.Append((char)octet);
        octets.Append("\r\n\r\n\r\n");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        SmtpReply reply = await dialogue.DeliverAsync(octets.ToString());
        Assert.That((await Server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Is.EqualTo(octets.ToString()));
    }

    [TestCase("")]
    [TestCase("\r\n")]
    [TestCase("no header at all\r\n")]
    [TestCase("Subject: header only\r\n")]
    public async Task Message_with_nearly_nothing_in_it_is_stored_as_it_is(string source)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.BeginDataAsync();
        await dialogue.SendAsync(source + ".\r\n");
        SmtpReply reply = await dialogue.ReadAsync();
        Assert.That((await Server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Is.EqualTo(source));
    }

    [Test]
    public async Task End_of_data_is_found_however_the_octets_are_cut()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        byte[] wire = Stuffing.Stuff(Encoding.ASCII.GetBytes("Subject: cut\r\n\r\n.a\r\n..\r\nend\r\n"));
        for (int cut = 1; cut < wire.Length; cut++)
        {
            await dialogue.BeginDataAsync();
            await dialogue.SendAsync(wire.AsMemory(0, cut));
            await dialogue.SendAsync(wire.AsMemory(cut));
            SmtpReply reply = await dialogue.ReadAsync();
            Assert.That(reply.QueuedAs, Is.Not.Null, () => $"cut at {cut}: {reply}");
            if (cut == wire.Length - 3) Assert.That((await Server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Does.EndWith("\r\n.a\r\n..\r\nend\r\n"));
        }
    }

    [Test]
    public async Task Size_announced_beyond_the_limit_is_refused_at_once()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync($"MAIL FROM:<a@remote.test> SIZE={MaxBytes + 1}", 552)).Enhanced, Is.EqualTo("5.3.4"));
        await dialogue.ExpectAsync($"MAIL FROM:<a@remote.test> SIZE={MaxBytes}", 250);
    }

    [Test]
    public async Task Message_over_the_limit_is_read_to_its_end_then_refused()
    {
        int before = await Server.Api.TotalAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.BeginDataAsync();
        await dialogue.SendAsync("Subject: too big\r\n\r\n" + Lines(MaxBytes * 10) + ".\r\n");
        SmtpReply reply = await dialogue.ReadAsync();
        Assert.That((reply.Code, reply.Enhanced), Is.EqualTo((552, "5.3.4")));
        Assert.That((await dialogue.DeliverAsync("Subject: the next one\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Message_at_the_limit_is_taken()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        string source = "Subject: just so\r\n\r\n" + Lines(MaxBytes);
        SmtpReply reply = await dialogue.DeliverAsync(source[..(MaxBytes - 2)].TrimEnd('\r', '\n').PadRight(MaxBytes - 2, 'x') + "\r\n");
        Assert.That(reply.QueuedAs, Is.Not.Null, reply.ToString());
        Assert.That((await Server.Api.SourceAsync(reply.QueuedAs!)).Original, Has.Length.EqualTo(MaxBytes));
    }

    [Test]
    public async Task Connection_that_ends_in_data_stores_nothing()
    {
        int before = await Server.Api.TotalAsync();
        foreach (string half in (string[])["", "Subject: half\r\n", "Subject: half\r\n\r\nbody\r\n", "Subject: half\r\n\r\nbody\r\n.", "Subject: half\r\n\r\nbody\r\n.\r"])
        {
            await using SmtpDialogue broken = await IntroducedAsync();
            await broken.BeginDataAsync();
            await broken.SendAsync(half);
            broken.Break();
        }
        await using SmtpDialogue whole = await IntroducedAsync();
        Assert.That((await whole.DeliverAsync("Subject: whole\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Command_line_of_512_octets_is_taken_and_a_longer_one_is_500_and_forgotten()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("NOOP " + new string('x', 505), 250);
        foreach (int length in (int[])[5_000, 100_000, 2_000_000])
            Assert.That((await dialogue.ExpectAsync("NOOP " + new string('x', length), 500)).Enhanced, Does.StartWith("5.5."));
        await dialogue.ExpectAsync("NOOP", 250);
    }

    [Test]
    public async Task Eight_bit_body_is_kept_when_announced()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test> BODY=8BITMIME", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
        await dialogue.ExpectAsync("DATA", 354);
        await dialogue.SendAsync("Subject: umlauts\r\n\r\n\u00e4\u00f6\u00fc\u00ff\r\n.\r\n");
        string id = (await dialogue.ReadAsync()).QueuedAs!;
        Assert.That((await Server.Api.SourceAsync(id)).OriginalText, Does.EndWith("\u00e4\u00f6\u00fc\u00ff\r\n"));
    }

    private static string Lines(int octets) => string.Concat(Enumerable.Repeat("0123456789012345678901234567890123456789012345678901234567890\r\n", octets / 63 + 1));
}

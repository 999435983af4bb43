using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Which paths are taken, and what becomes of them (RFC 5321 §4.1.2, 4.5.1, 4.5.5).</summary>
public sealed class SmtpAddressTests : ServerFixture
{
    [TestCase("MAIL FROM:<>")]
    [TestCase("MAIL FROM:<a@[192.0.2.1]>")]
    [TestCase("MAIL FROM:<a@[IPv6:2001:db8::1]>")]
    [TestCase("MAIL FROM:<@relay.test,@other.test:a@remote.test>")]
    [TestCase("mail from:<\"quoted \\\" local\"@remote.test>")]
    public async Task Reverse_path_of_any_legal_form_is_taken(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.ExpectAsync(command, 250)).Enhanced, Is.EqualTo("2.1.0"));
    }

    [TestCase("RCPT TO:<postmaster>")]
    [TestCase("RCPT TO:<PostMaster>")]
    [TestCase("RCPT TO:<alice@local.test>")]
    [TestCase("RCPT TO:<alice@LOCAL.TEST>")]
    [TestCase("RCPT TO:<@relay.test:alice@local.test>")]
    [TestCase("RCPT TO:<\"john doe\"@local.test>")]
    [TestCase("RCPT TO:<alice@localhost>")]
    public async Task Forward_path_to_a_host_of_ours_is_taken(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        Assert.That((await dialogue.ExpectAsync(command, 250)).Enhanced, Is.EqualTo("2.1.5"));
    }

    [TestCase("RCPT TO:<alice@elsewhere.test>")]
    [TestCase("RCPT TO:<alice@sub.local.test>")]
    [TestCase("RCPT TO:<@local.test:alice@elsewhere.test>")]
    [TestCase("RCPT TO:<alice%elsewhere.test@elsewhere.test>")]
    public async Task Forward_path_to_another_host_is_refused(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        Assert.That((await dialogue.ExpectAsync(command, 550)).Enhanced, Does.StartWith("5.").And.Not.EqualTo("5.0.0"));
    }

    [TestCase("RCPT TO:<>")]
    [TestCase("RCPT TO:<alice>")]
    [TestCase("RCPT TO:<alice@>")]
    [TestCase("RCPT TO:<@local.test>")]
    [TestCase("RCPT TO:<alice@local.test")]
    [TestCase("RCPT TO: alice@local.test extra")]
    public async Task Forward_path_that_is_none_is_refused(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        SmtpReply reply = await dialogue.SayAsync(command);
        Assert.That(reply.Code, Is.AnyOf(501, 550, 553), reply.ToString());
        await dialogue.ExpectAsync("DATA", 554);
    }

    [Test]
    public async Task Recipient_beyond_the_limit_is_452_and_the_others_get_their_mail()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        for (int i = 0; i < 100; i++) await dialogue.ExpectAsync($"RCPT TO:<user{i}@local.test>", 250);
        Assert.That((await dialogue.ExpectAsync("RCPT TO:<onemore@local.test>", 452)).Enhanced, Is.EqualTo("4.5.3"));
        await dialogue.ExpectAsync("DATA", 354);
        await dialogue.SendAsync("Subject: to many\r\n\r\nx\r\n.\r\n");
        SmtpReply reply = await dialogue.ReadAsync();
        JsonElement message = await Server.Api.JsonAsync($"api/v1/message/{reply.QueuedAs}");
        Assert.That(message.GetProperty("Envelope").GetProperty("To").GetArrayLength(), Is.EqualTo(100));
    }

    [Test]
    public async Task Trace_lines_say_who_sent_it_and_under_which_id()
    {
        await using SmtpDialogue dialogue = await SmtpDialogue.ConnectAsync(Server.Configuration.SmtpPort);
        await dialogue.ExpectAsync("EHLO trace.client.test", 250);
        string id = (await dialogue.DeliverAsync("Subject: traced\r\n\r\nx\r\n", "sender@remote.test", "alice@local.test")).QueuedAs!;
        StoredSource source = await Server.Api.SourceAsync(id);
        Assert.That(source.ReturnPath, Is.EqualTo("sender@remote.test"));
        Assert.That(source.Trace, Does.Contain("from trace.client.test").And.Contain("[127.0.0.1]").And.Contain("by mx.local.test").And.Contain("with ESMTP").And.Contain("id " + id));
        Assert.That(source.Trace, Does.Match(@";\s+(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r\n\z"));
        Assert.That(source.Trace.Split("\r\n"), Has.All.Length.LessThanOrEqualTo(998));
        Assert.That(source.OriginalText, Is.EqualTo("Subject: traced\r\n\r\nx\r\n"));
    }

    [Test]
    public async Task Null_sender_is_kept_as_the_empty_return_path()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        string id = (await dialogue.DeliverAsync("Subject: bounce\r\n\r\nx\r\n", "")).QueuedAs!;
        Assert.That((await Server.Api.SourceAsync(id)).ReturnPath, Is.Empty);
    }
}

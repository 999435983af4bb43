using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What had to be mended in programs of this kind, asked of the executable over SMTP: each test is named after the problem.</summary>
public sealed class PublishedFixTests : ServerFixture
{
    private const int Flood = 64 * 1024 * 1024;
    private const long MemoryGrowth = 24 * 1024 * 1024;

    [TestCase("")]
    [TestCase("MAIL FROM:<")]
    [TestCase("NOOP ")]
    public async Task Unlimited_command_lines(string start)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        long before = Posix.Memory(Server.Id, "VmRSS");
        byte[] much = Encoding.ASCII.GetBytes(new string('x', 1024 * 1024));
        await dialogue.SendAsync(start);
        try
        {
            for (int i = 0; i < Flood / much.Length; i++) await dialogue.SendAsync(much);
            Assert.That(Posix.Memory(Server.Id, "VmRSS") - before, Is.LessThan(MemoryGrowth));
            await dialogue.SendAsync("\r\n");
            Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(500));
            await dialogue.ExpectAsync("NOOP", 250);
        }
        catch (SocketException)
        {
            // Sent away is as good.
            Assert.That(Posix.Memory(Server.Id, "VmRSS") - before, Is.LessThan(MemoryGrowth));
        }
    }

    [TestCase("MAIL FROM:<a@remote.test\rX-Injected: yes>")]
    [TestCase("MAIL FROM:<a@remote.test\nX-Injected: yes>")]
    [TestCase("MAIL FROM:<\"a\rX-Injected: yes\"@remote.test>")]
    [TestCase("MAIL FROM:<\"a\\\nX-Injected: yes\"@remote.test>")]
    [TestCase("MAIL FROM:<a@remote.test> ENVID=x+0D+0AX-Injected:+20yes")]
    [TestCase("MAIL FROM:<a@remote.test> AUTH=x+0D+0AX-Injected:+20yes")]
    [TestCase("MAIL FROM:<a@remote.test>\0X-Injected: yes")]
    [TestCase("RCPT TO:<alice@local.test\rX-Injected: yes>")]
    [TestCase("RCPT TO:<alice@local.test\nX-Injected: yes>")]
    [TestCase("RCPT TO:<\"alice\rX-Injected: yes\"@local.test>")]
    [TestCase("RCPT TO:<alice@local.test> ORCPT=rfc822;x+0D+0AX-Injected:+20yes")]
    [TestCase("EHLO a\rX-Injected:yes")]
    [TestCase("EHLO a\nX-Injected:yes")]
    public async Task Header_injection_through_MAIL_and_RCPT(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        if (command.StartsWith("EHLO", StringComparison.Ordinal)) await dialogue.SayAsync(command);
        bool isMail = command.StartsWith("MAIL", StringComparison.Ordinal);
        if (!isMail || (await dialogue.SayAsync(command)).Code != 250) await dialogue.ExpectAsync("MAIL FROM:<b@remote.test>", 250);
        if (command.StartsWith("RCPT", StringComparison.Ordinal)) await dialogue.SayAsync(command);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
        await dialogue.ExpectAsync("DATA", 354);
        await dialogue.SendAsync("Subject: mine\r\n\r\nbody\r\n.\r\n");
        SmtpReply end = await dialogue.ReadAsync();
        Assert.That(end.QueuedAs, Is.Not.Null, end.ToString());
        StoredSource source = await Server.Api.SourceAsync(end.QueuedAs!);
        Assert.That(source.OriginalText, Is.EqualTo("Subject: mine\r\n\r\nbody\r\n"));
        Assert.That(source.Trace.Split(["\r\n", "\r", "\n"], StringSplitOptions.None), Has.None.StartsWith("X-Injected"));
        Assert.That(source.Trace.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().IndexOfAny('\r', '\n', '\0'), Is.Negative);
    }
}

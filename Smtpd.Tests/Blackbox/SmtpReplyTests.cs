using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What the server answers, command by command (RFC 5321 §4.1 to 4.3, RFC 2034, RFC 2920).</summary>
public sealed class SmtpReplyTests : ServerFixture
{
    [Test]
    public async Task Greeting_names_the_server_and_carries_no_enhanced_code()
    {
        await using SmtpDialogue dialogue = await Server.ConnectAsync();
        Assert.That(dialogue.Greeting.ToString(), Does.Match("^220 mx\\.local\\.test .*SMTP"));
        Assert.That(dialogue.Greeting.Enhanced, Is.Empty);
    }

    [Test]
    public async Task Extensions_are_listed_once_each()
    {
        await using SmtpDialogue dialogue = await Server.ConnectAsync();
        SmtpReply reply = await dialogue.ExpectAsync("EHLO client.test", 250);
        string[] words = [.. reply.Lines.Skip(1).Select(line => line[4..])];
        Assert.That(words, Does.Contain("PIPELINING").And.Contain("8BITMIME").And.Contain("ENHANCEDSTATUSCODES").And.Contain("SIZE 20480000"));
        Assert.That(words.Select(word => word.Split(' ')[0]), Is.Unique);
        Assert.That(reply.Lines.Select(line => line.Length), Is.All.LessThanOrEqualTo(510));
    }

    [Test]
    public async Task Helo_is_answered_with_one_line()
    {
        await using SmtpDialogue dialogue = await Server.ConnectAsync();
        Assert.That((await dialogue.ExpectAsync("HELO client.test", 250)).Lines, Has.Count.EqualTo(1));
    }

    /// <summary>Each conversation is short, because a server may part with a client that makes many mistakes.</summary>
    [TestCase("MAIL FROM:<early@remote.test>", "NOOP", "RSET", "QUIT")]
    [TestCase("EHLO client.test", "RCPT TO:<early@local.test>", "DATA", "VRFY alice", "EXPN staff", "HELP", "HELP MAIL", "NOOP hello")]
    [TestCase("EHLO client.test", "MAIL", "MAIL FROM", "MAIL FROM:nobody here", "QUIT")]
    [TestCase("EHLO client.test", "MAIL FROM:<a@remote.test> SIZE=many", "MAIL FROM:<a@remote.test> SIZE=999999999", "MAIL FROM:<a@remote.test> COLOUR=red")]
    [TestCase("EHLO client.test", "MAIL FROM:<a@remote.test> SIZE=100 BODY=8BITMIME", "MAIL FROM:<again@remote.test>", "DATA", "RSET")]
    [TestCase("EHLO client.test", "MAIL FROM:<a@remote.test>", "RCPT", "RCPT TO:nobody", "RCPT TO:<a@elsewhere.test>", "RCPT TO:<alice@local.test>")]
    [TestCase("EHLO client.test", "MAIL FROM:<a@remote.test>", "RCPT TO:<alice@local.test> COLOUR=red", "RCPT TO:<alice@local.test>", "DATA now", "QUIT")]
    [TestCase("EHLO client.test", "SEND FROM:<a@remote.test>", "TURN", "QUIT")]
    [TestCase("EHLO client.test", "BOGUS", "", "QUIT")]
    public async Task Every_reply_but_the_greeting_and_those_to_helo_and_ehlo_is_enhanced(params string[] commands)
    {
        await using SmtpDialogue dialogue = await Server.ConnectAsync();
        foreach (string command in commands)
        {
            SmtpReply reply = await dialogue.SayAsync(command);
            if (!command.StartsWith("EHLO", StringComparison.Ordinal)) Assert.That(reply.IsEnhanced, Is.True, () => $"{command}: {reply}");
        }
        if (commands[^1] == "QUIT") Assert.That(await dialogue.ReadOrEndAsync(), Is.Null, "closed after QUIT");
    }

    [TestCase("MAIL FROM:<a@remote.test>", 503)]
    [TestCase("RCPT TO:<alice@local.test>", 503)]
    [TestCase("DATA", 503)]
    public async Task Command_out_of_order_is_503(string command, int code)
    {
        await using SmtpDialogue dialogue = await Server.ConnectAsync();
        if (!command.StartsWith("MAIL", StringComparison.Ordinal)) await dialogue.ExpectAsync("EHLO client.test", 250);
        Assert.That((await dialogue.ExpectAsync(command, code)).Enhanced, Is.EqualTo("5.5.1"));
    }

    [TestCase("NOOP", 250)]
    [TestCase("noop with words", 250)]
    [TestCase("RSET", 250)]
    [TestCase("VRFY alice", 252)]
    [TestCase("HELP", 214)]
    [TestCase("EXPN staff", 502)]
    [TestCase("TURN", 502)]
    [TestCase("XYZZY", 500)]
    public async Task Other_commands_have_their_codes(string command, int code)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync(command, code);
        await dialogue.ExpectAsync("QUIT", 221);
    }

    [Test]
    public async Task Group_of_commands_sent_at_once_is_answered_at_once_and_in_order()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.SendAsync("MAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\nRCPT TO:<x@elsewhere.test>\r\nRCPT TO:<bob@local.test>\r\nNOOP\r\nRSET\r\nQUIT\r\n");
        int[] codes = [250, 250, 550, 250, 250, 250, 221];
        foreach (int code in codes) Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(code));
        Assert.That(await dialogue.ReadOrEndAsync(), Is.Null);
    }

    [Test]
    public async Task Body_and_next_transaction_may_travel_behind_data()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        string before = (await dialogue.DeliverAsync("Subject: first\r\n\r\nx\r\n")).QueuedAs!;
        const string Group = "MAIL FROM:<{0}@remote.test>\r\nRCPT TO:<alice@local.test>\r\nDATA\r\n";
        await dialogue.SendAsync(Group.Replace("{0}", "one", StringComparison.Ordinal) + "Subject: one\r\n\r\n..dot\r\n.\r\n"
            + Group.Replace("{0}", "two", StringComparison.Ordinal) + "Subject: two\r\n\r\nsecond\r\n.\r\nQUIT\r\n");
        var queued = new List<string>();
        foreach (int code in (int[])[250, 250, 354, 250, 250, 250, 354, 250, 221])
        {
            SmtpReply reply = await dialogue.ReadAsync();
            Assert.That(reply.Code, Is.EqualTo(code), reply.ToString());
            if (reply.QueuedAs is { } id) queued.Add(id);
        }
        Assert.That(queued, Has.Count.EqualTo(2).And.Unique.And.No.Member(before));
        Assert.That((await Server.Api.SourceAsync(queued[0])).OriginalText, Is.EqualTo("Subject: one\r\n\r\n.dot\r\n"));
        Assert.That((await Server.Api.SourceAsync(queued[1])).ReturnPath, Is.EqualTo("two@remote.test"));
    }

    [Test]
    public async Task Many_messages_go_over_one_connection_and_their_ids_ascend()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        var ids = new List<string>();
        for (int i = 0; i < 50; i++) ids.Add((await dialogue.DeliverAsync($"Subject: {i}\r\n\r\nbody {i}\r\n")).QueuedAs!);
        Assert.That(ids, Is.Unique.And.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That((await Server.Api.AllIdsAsync()).Take(50), Is.EqualTo(Enumerable.Reverse(ids)), "newest first");
    }

    [Test]
    public async Task Reset_forgets_the_transaction()
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
        await dialogue.ExpectAsync("RSET", 250);
        await dialogue.ExpectAsync("DATA", 503);
        await dialogue.ExpectAsync("MAIL FROM:<b@remote.test>", 250);
    }
}

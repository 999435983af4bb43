using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>A message ends at CRLF, dot, CRLF and nowhere else (RFC 5321 §2.3.8): whatever else looks like an end never makes two messages of one.</summary>
public abstract class SmugglingTests(string bareLineFeeds) : ServerFixture
{
    private static readonly (string Name, string Octets)[] Terminators =
    [
        ("LF.LF", "\n.\n"), ("LF.CRLF", "\n.\r\n"), ("CRLF.LF", "\r\n.\n"), ("CR.CR", "\r.\r"), ("CR.CRLF", "\r.\r\n"), ("CRLF.CR", "\r\n.\r"),
        ("CR.LF", "\r.\n"), ("LF.CR", "\n.\r"), ("LFCR.LFCR", "\n\r.\n\r"), ("CRLF.CRCRLF", "\r\n.\r\r\n"), ("CRLFCR.CRLF", "\r\n\r.\r\n"),
        ("CRCRLF.CRCRLF", "\r\r\n.\r\r\n"), ("LFLF.LFLF", "\n\n.\n\n"), ("CRCR.CRCR", "\r\r.\r\r"), ("CRLF.NULCRLF", "\r\n.\0\r\n"),
        ("CRLFNUL.CRLF", "\r\n\0.\r\n"), ("CRNULLF.CRNULLF", "\r\0\n.\r\0\n"), ("CRLF.blank", "\r\n. \r\n"), ("CRLF.tab", "\r\n.\t\r\n"),
        ("VT.VT", "\v.\v"), ("FF.FF", "\f.\f"), ("NEL.NEL", "\u0085.\u0085"), ("NEL.NEL in UTF-8", "\u00c2\u0085.\u00c2\u0085"),
        ("U+2028.U+2028", "\u00e2\u0080\u00a8.\u00e2\u0080\u00a8"), ("RS.RS", "\u001e.\u001e"), ("CRLF..CRLF", "\r\n..\r\n"), ("8-bit CRLF", "\u008d\u008a.\u008d\u008a"),
    ];

    private const string Injected = "MAIL FROM:<smuggler@remote.test>\r\nRCPT TO:<bob@local.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled\r\n.\r\n";

    public static IEnumerable<string> Names => Terminators.Select(terminator => terminator.Name);

    internal override void Configure(SmtpdConfiguration configuration) => configuration.Smtp["bare.lf"] = bareLineFeeds;

    [TestCaseSource(nameof(Names))]
    public async Task False_end_of_data_never_makes_two_messages(string name)
    {
        string terminator = Terminators.Single(one => one.Name == name).Octets;
        int before = await Server.Api.TotalAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.BeginDataAsync();
        await dialogue.SendAsync("Subject: outer\r\n\r\nouter" + terminator + Injected);

        // One reply to the one message; NOOP's own shows that nothing else was answered.
        SmtpReply end = await dialogue.ReadAsync();
        await dialogue.ExpectAsync("NOOP", 250);
        SmtpReply help = await dialogue.SayAsync("VRFY marker");
        Assert.That(help.Code, Is.EqualTo(252), help.ToString());

        bool hasBare = terminator.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n');
        if (hasBare && bareLineFeeds == "reject") Assert.That((end.Code, end.Enhanced), Is.EqualTo((550, "5.6.0")), end.ToString());
        else if (end.QueuedAs is { } id)
        {
            string whole = "Subject: outer\r\n\r\nouter" + terminator + Injected[..^3];
            Assert.That((await Server.Api.SourceAsync(id)).OriginalText, Is.EqualTo(whole.Replace("\r\n.", "\r\n", StringComparison.Ordinal)));
        }
        else Assert.That(end.Code, Is.EqualTo(550), end.ToString());
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + (end.QueuedAs is null ? 0 : 1)));
    }

    [Test]
    public async Task True_end_of_data_after_a_stray_carriage_return_ends_the_message()
    {
        int before = await Server.Api.TotalAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.BeginDataAsync();
        await dialogue.SendAsync("Subject: outer\r\n\r\nouter\r\r\n.\r\nNOOP\r\n");
        SmtpReply end = await dialogue.ReadAsync();
        Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(250));
        Assert.That(end.QueuedAs is null, Is.EqualTo(bareLineFeeds == "reject"), end.ToString());
        Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + (end.QueuedAs is null ? 0 : 1)));
    }

    /// <summary>In a chunk nothing ends a message, so that an injected transaction is text of the one that carries it (RFC 3030 §2).</summary>
    [TestCaseSource(nameof(Names))]
    public async Task End_of_data_inside_a_chunk_is_text(string name)
    {
        string terminator = Terminators.Single(one => one.Name == name).Octets;
        foreach (string source in (string[])["Subject: outer\r\n\r\nouter" + terminator + Injected, terminator + "\r\n.\r\n" + Injected])
        {
            int before = await Server.Api.TotalAsync();
            await using SmtpDialogue dialogue = await IntroducedAsync();
            await dialogue.ExpectAsync("MAIL FROM:<a@remote.test>", 250);
            await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 250);
            await dialogue.SendAsync($"BDAT {source.Length} LAST\r\n{source}VRFY marker\r\n");
            SmtpReply end = await dialogue.ReadAsync();
            Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(252));
            bool isRefused = bareLineFeeds == "reject" && source.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n');
            Assert.That(end.Code, Is.EqualTo(isRefused ? 550 : 250), end.ToString());
            if (!isRefused) Assert.That((await Server.Api.SourceAsync(end.QueuedAs!)).OriginalText, Is.EqualTo(source));
            Assert.That(await Server.Api.TotalAsync(), Is.EqualTo(before + (isRefused ? 0 : 1)));
        }
    }

    [TestCase("MAIL FROM:<a@remote.test>\nRCPT TO:<alice@local.test>")]
    [TestCase("MAIL FROM:<a@remote.test>\rRCPT TO:<alice@local.test>")]
    [TestCase("NOOP\nMAIL FROM:<a@remote.test>")]
    public async Task Bare_line_end_in_a_command_never_makes_two_commands(string command)
    {
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.SendAsync(command + "\r\nVRFY marker\r\n");
        SmtpReply first = await dialogue.ReadAsync();
        Assert.That(first.Code / 100, Is.EqualTo(5), first.ToString());
        SmtpReply second = await dialogue.ReadAsync();
        Assert.That(second.Code, Is.EqualTo(252), second.ToString());
    }
}

[TestFixture]
public sealed class SmugglingIntoARejectingServerTests() : SmugglingTests("reject");

[TestFixture]
public sealed class SmugglingIntoAKeepingServerTests() : SmugglingTests("keep");

using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What went wrong in the original, by the numbers of the list of its defects; those that have no test among the others.</summary>
public sealed class DefectTests : FreshFixture
{
    /// <summary>Row 2: an empty pattern took every mail for spam.</summary>
    [TestCase("spam.regex=")]
    [TestCase("spam.regex= ")]
    [TestCase("domain=mx.local.test")]
    public async Task Row_2_without_a_pattern_nothing_is_spam(string line)
    {
        await using SmtpdProcess server = await StartWithIniAsync(line);
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        await server.StopAsync();
    }

    /// <summary>Row 3: an invalid pattern ended the process at the first mail.</summary>
    [Test]
    public async Task Row_3_invalid_pattern_is_an_error_of_the_configuration()
    {
        CommandRun run = await CommandRun.OfAsync(Places.Binary, ["-config=" + WriteIni("spam.regex=casino(")]);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)));
        Assert.That(run.Error, Does.Contain("smtp.spam.regex: \"casino(\" is not a regular expression"));
    }

    /// <summary>Rows 5 to 8: the memory store never stored, and after 256 mails every session hung.</summary>
    [Test]
    public async Task Row_6_memory_store_takes_any_number_of_messages()
    {
        Configuration.Datastore["storage"] = "memory";
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        for (int i = 0; i < 600; i++) Assert.That((await dialogue.DeliverAsync($"Subject: {i}\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(600));
        await server.StopAsync();
    }

    /// <summary>Rows 5 and 10: a file that asks for MongoDB where none runs, or for Redis, ended the process at the start or at the first MAIL.</summary>
    [Test]
    public async Task Row_5_and_10_server_takes_mail_without_mongodb_and_with_redis_switched_on()
    {
        await using SmtpdProcess server = await StartWithIniAsync("greylist.from=true\ngreylist.to=true\n[datastore]\nstorage=mongodb\nmongo.uri=127.0.0.1:1", web: "redis.enabled=true\nredis.host=localhost");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        await server.StopAsync();
    }

    /// <summary>Rows 11, 16 and 20: large mail was refused for good after it was sent, and took time that grew with the square of its size.</summary>
    [Test]
    public async Task Row_11_and_20_message_of_the_size_on_offer_is_taken_soon_and_comes_back()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        string source = "Subject: large\r\n\r\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 284_000));
        var watch = Stopwatch.StartNew();
        SmtpReply reply = await dialogue.DeliverAsync(source);
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
        Assert.That((await server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Is.EqualTo(source));
        await server.StopAsync();
    }

    /// <summary>Row 21: raw copies were written under names made of what the client said, over and over.</summary>
    [Test]
    public async Task Row_21_no_client_names_a_file()
    {
        string copies = Folder.File("copies");
        Directory.CreateDirectory(copies);
        await using SmtpdProcess server = await StartWithIniAsync($"debug=true\ndebug.path={copies}");
        await using SmtpDialogue dialogue = await IntroducedAsync();
        Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n", "../../../../tmp/evil@remote.test")).QueuedAs, Is.Not.Null);
        Assert.That(Directory.EnumerateFileSystemEntries(copies), Is.Empty);
        Assert.That(Directory.EnumerateFiles(Folder.Path, "*evil*", SearchOption.AllDirectories), Is.Empty);
        await server.StopAsync();
    }

    /// <summary>Row 23: each spam mail took a place away for ever, and the session read on from a closed socket.</summary>
    [Test]
    public async Task Row_23_spam_gives_its_place_back_and_the_session_goes_on()
    {
        await using SmtpdProcess server = await StartWithIniAsync("spam.regex=casino\nmax.clients=2");
        for (int i = 0; i < 6; i++)
        {
            SmtpDialogue? dialogue = null;
            await Eventually.HoldsAsync(async () => (dialogue = await SmtpDialogue.ConnectAsync(Configuration.SmtpPort)).Greeting.Code == 220, "a place");
            await using SmtpDialogue one = dialogue!;
            await one.ExpectAsync("EHLO client.test", 250);
            SmtpReply thrownAway = await one.DeliverAsync("Subject: x\r\n\r\ncasino\r\n");
            Assert.That(thrownAway.Lines, Is.EqualTo((string[])["250 2.0.0 Ok"]), "as the original answered, without an id");
            Assert.That((await one.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
            await one.ExpectAsync("QUIT", 221);
        }
        Assert.That(await server.Api.TotalAsync(), Is.EqualTo(6));
        await server.StopAsync();
    }

    /// <summary>Row 24: the time for a message was counted from its beginning, so that slow large mail was cut off, and stored in part.</summary>
    [Test]
    public async Task Row_24_message_may_take_longer_than_the_idle_time_while_it_moves()
    {
        Configuration.Smtp["max.idle.seconds"] = 4;
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.BeginDataAsync();
        string piece = string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 100));
        var watch = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        int pieces = 0;
        for (; watch.Elapsed < TimeSpan.FromSeconds(9); pieces++)
        {
            await dialogue.SendAsync(piece);
            await pace.WaitForNextTickAsync();
        }
        await dialogue.SendAsync(".\r\n");
        SmtpReply reply = await dialogue.ReadAsync();
        Assert.That((await server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Has.Length.EqualTo(pieces * piece.Length));
        await server.StopAsync();
    }

    /// <summary>Row 26: the greeting told how many connections there were, and which this was.</summary>
    [Test]
    public async Task Row_26_greetings_are_all_the_same()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue first = await server.ConnectAsync();
        await using SmtpDialogue second = await server.ConnectAsync();
        Assert.That(first.Greeting.Lines, Is.EqualTo((string[])["220 mx.local.test ESMTP Smtpd"]));
        Assert.That(second.Greeting.Lines, Is.EqualTo(first.Greeting.Lines));
        await server.StopAsync();
    }

    /// <summary>Row 29: a session ended without a word after a hundred commands, so that a hundred recipients could not be reached.</summary>
    [Test]
    public async Task Row_29_session_has_as_many_commands_as_it_needs()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        for (int i = 0; i < 300; i++) await dialogue.ExpectAsync("NOOP", 250);
        string[] all = [.. Enumerable.Range(0, 100).Select(i => $"r{i}@local.test")];
        Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n", "a@remote.test", all)).QueuedAs, Is.Not.Null);
        Assert.That((await server.Api.JsonAsync("api/v1/message/latest")).GetProperty("Envelope").GetProperty("To").GetArrayLength(), Is.EqualTo(100));
        await server.StopAsync();
    }

    /// <summary>Rows 30 and 31: commands of other lengths than four were not answered at all, unknown ones twice.</summary>
    [TestCase("A")]
    [TestCase("ABC")]
    [TestCase("ABCDE")]
    [TestCase("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("NOOP ")]
    [TestCase("noop")]
    [TestCase("starttls")]
    [TestCase("STARTTLS ")]
    [TestCase("MAIL")]
    [TestCase("HELO")]
    public async Task Row_30_and_31_every_line_has_one_answer(string line)
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.SendAsync($"{line}\r\nVRFY sentinel\r\n");
        Assert.That((await dialogue.ReadAsync()).Code, Is.Not.EqualTo(252), "its own");
        Assert.That((await dialogue.ReadAsync()).Code, Is.EqualTo(252), "the next one's");
        await dialogue.ExpectAsync("QUIT ", 221);
        await server.StopAsync();
    }

    /// <summary>Row 31: errors were never forgiven.</summary>
    [Test]
    public async Task Row_31_stored_message_forgives_the_errors_before_it()
    {
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 40; i++) await dialogue.ExpectAsync("NONSENSE", 500);
            Assert.That((await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n")).QueuedAs, Is.Not.Null);
        }
        await server.StopAsync();
    }

    /// <summary>Row 32: EHLO did not reset, a second MAIL kept the recipients of the first, blanks in trusted.hosts made entries void.</summary>
    [Test]
    public async Task Row_32_transactions_do_not_run_into_each_other()
    {
        Configuration.Smtp["trusted.hosts"] = "192.0.2.1 , 127.0.0.1 ";
        await using SmtpdProcess server = await StartAsync();
        await using SmtpDialogue dialogue = await IntroducedAsync();
        await dialogue.ExpectAsync("MAIL FROM:<one@remote.test>", 250);
        await dialogue.ExpectAsync("RCPT TO:<first@elsewhere.test>", 250);
        await dialogue.ExpectAsync("MAIL FROM:<two@remote.test>", 503);
        await dialogue.ExpectAsync("EHLO again.test", 250);
        await dialogue.ExpectAsync("RCPT TO:<alice@local.test>", 503);
        SmtpReply reply = await dialogue.DeliverAsync("Subject: x\r\n\r\nx\r\n", "three@remote.test", "alice@local.test");
        Assert.That((await server.Api.SourceAsync(reply.QueuedAs!)).OriginalText, Is.EqualTo("Subject: x\r\n\r\nx\r\n"));
        Assert.That((await server.Api.JsonAsync("api/v1/message/latest")).GetProperty("Envelope").GetProperty("To").EnumerateArray().Select(one => one.GetString()), Is.EqualTo((string[])["alice@local.test"]));
        await server.StopAsync();
    }

    private string WriteIni(string smtp, string web = "")
    {
        string file = Folder.File("original.conf");
        Directory.CreateDirectory(Configuration.StoreFolder);
        File.WriteAllText(file, $"""
            [web]
            ip4.address=127.0.0.1
            ip4.port={Configuration.WebPort}
            {web}
            [datastore]
            path={Configuration.StorePath}
            [smtp]
            ip4.address=127.0.0.1
            ip4.port={Configuration.SmtpPort}
            allowed.hosts=local.test
            {smtp}

            """);
        return file;
    }

    /// <summary>Starts the server with a file of the original's kind, which the command line names last.</summary>
    private Task<SmtpdProcess> StartWithIniAsync(string smtp, string web = "") => StartAsync($"-config={WriteIni(smtp, web)}");
}

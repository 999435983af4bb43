using System.Text;
using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

[CancelAfter(20_000)]
public sealed class FileLogTests
{
    /// <summary>A clock that stands still, one and a half hours east of Greenwich.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 23, 4, 5, 678, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromMinutes(90), "test", "test");

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Test]
    public async Task Lines_have_the_format_of_gos_log_package_in_local_time()
    {
        var sink = new TestSink();
        var clock = new StandingClock();
        await using (var log = new FileLog(LogLevel.Trace, sink, clock))
        {
            log.Error("one");
            log.Warn("two");
            log.Info("three");
            clock.Now += TimeSpan.FromSeconds(1);
            log.Trace("four");
            log.Write(LogLevel.Info, "five"u8);
        }
        Assert.That(sink.Lines(), Is.EqualTo((string[])
        [
            "2026/01/03 00:34:05 [ERROR] one",
            "2026/01/03 00:34:05 [WARN ] two",
            "2026/01/03 00:34:05 [INFO ] three",
            "2026/01/03 00:34:06 [TRACE] four",
            "2026/01/03 00:34:06 [INFO ] five",
        ]));
        Assert.That(sink.IsDisposed, Is.True);
    }

    [TestCase(nameof(LogLevel.Error), 1)]
    [TestCase(nameof(LogLevel.Warn), 2)]
    [TestCase(nameof(LogLevel.Info), 3)]
    [TestCase(nameof(LogLevel.Trace), 4)]
    public async Task Only_lines_of_the_level_and_rarer_ones_are_kept(string name, int kept)
    {
        LogLevel level = Enum.Parse<LogLevel>(name);
        var sink = new TestSink();
        await using (var log = new FileLog(level, sink))
        {
            foreach (LogLevel one in Enum.GetValues<LogLevel>())
            {
                log.Write(one, "text");
                Assert.That(log.Keeps(one), Is.EqualTo(one <= level));
            }
        }
        Assert.That(sink.Lines(), Has.Length.EqualTo(kept));
    }

    [Test]
    public async Task No_text_makes_two_lines_of_one()
    {
        var sink = new TestSink();
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            log.Info("a\r\n2026/01/02 03:04:05 [INFO ] forged");
            log.Write(LogLevel.Info, [(byte)'b', 0xFF, (byte)'\n']);
            log.Info("half a pair \ud800 and Grüße");
        }
        Assert.That(sink.Texts(), Is.EqualTo((string[])["[INFO ] a\\x0D\\x0A2026/01/02 03:04:05 [INFO ] forged", "[INFO ] b\\xFF\\x0A", "[INFO ] half a pair \ufffd and Grüße"]));
    }

    [TestCase(0x78, 1)]
    [TestCase(0x01, 4)]
    public async Task A_text_that_is_too_long_is_cut(int character, int expansion)
    {
        char one = (char)character;
        var sink = new TestSink();
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            log.Info(new string(one, FileLog.LongestText));
            log.Info(new string(one, FileLog.LongestText + 1));
            log.Write(LogLevel.Info, Encoding.UTF8.GetBytes(new string(one, FileLog.LongestText + 1)));
        }
        string[] texts = sink.Texts();
        Assert.That(texts[0], Has.Length.EqualTo((FileLog.LongestText * expansion) + 8));
        Assert.That(texts[1], Is.EqualTo(texts[0] + " [cut]"));
        Assert.That(texts[2], Is.EqualTo(texts[1]));
    }

    [Test]
    public async Task Many_lines_of_many_threads_are_all_written_in_each_threads_order_and_few_pieces()
    {
        var sink = new TestSink();
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                for (int line = 0; line < 5_000; line++) log.Info($"{thread} {line}");
            })));
        }
        foreach (IGrouping<char, string> thread in sink.Texts().GroupBy(text => text[8]))
            Assert.That(thread, Is.EqualTo(Enumerable.Range(0, 5_000).Select(line => $"[INFO ] {thread.Key} {line}")));
        Assert.That(sink.Lines(), Has.Length.EqualTo(20_000));
        Assert.That(sink.Writes, Is.LessThan(2_000));
    }

    [Test]
    public async Task A_full_queue_drops_lines_and_says_how_many_where_they_are_missing()
    {
        var sink = new TestSink();
        sink.Open.Reset();
        await using (var log = new FileLog(LogLevel.Info, sink, capacity: 1024))
        {
            log.Info("first");
            await sink.Called.WaitAsync();
            // The writer now holds the first line and waits; 36 octets a line go into 1,024.
            for (int line = 0; line < 100; line++) log.Info($"line {line:00}");
            sink.Open.Set();
            await log.FlushAsync();
            log.Info("last");
        }
        string[] texts = sink.Texts();
        Assert.That(texts[0], Is.EqualTo("[INFO ] first"));
        Assert.That(texts[28], Is.EqualTo("[INFO ] line 27"));
        Assert.That(texts[29], Is.EqualTo("[WARN ] 72 log lines were dropped here: they came faster than the log could be written"));
        Assert.That(texts[30], Is.EqualTo("[INFO ] last"));
        Assert.That(texts, Has.Length.EqualTo(31));
    }

    [Test]
    public async Task A_full_disk_loses_lines_and_says_how_many_when_there_is_room_again()
    {
        var sink = new TestSink();
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            log.Info("first");
            await log.FlushAsync();
            sink.Room = 25;
            log.Info("this is cut in the middle");
            await log.FlushAsync();
            log.Info("this is lost");
            await log.FlushAsync();
            sink.Room = int.MaxValue;
            log.Info("last");
        }
        Assert.That(sink.Texts(), Is.EqualTo((string[])["[INFO ] first", "[INFO", "[WARN ] 2 log lines were lost here: No space left on device", "[INFO ] last"]));
    }

    [Test]
    public async Task At_reopening_lines_before_go_to_the_old_file_and_lines_after_to_the_new()
    {
        var sink = new TestSink();
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            log.Info("before");
            log.Reopen();
            await log.FlushAsync();
            log.Info("after");
        }
        Assert.That(sink.Texts(0), Is.EqualTo((string[])["[INFO ] before", "[INFO ] Received SIGHUP, cycling the log file"]));
        Assert.That(sink.Texts(1), Is.EqualTo((string[])["[INFO ] after"]));
    }

    [Test]
    public async Task No_line_is_lost_or_split_while_the_file_is_reopened_under_load()
    {
        using var folder = new TemporaryFolder();
        string path = folder["smtpd.log"];
        await using (var log = new FileLog(LogLevel.Info, DescriptorSink.Open(path)))
        {
            Task writing = Task.Run(() =>
            {
                for (int line = 0; line < 20_000; line++) log.Info($"line {line}");
            });
            for (int turn = 0; turn < 20; turn++)
            {
                File.Move(path, folder[$"smtpd.log.{turn:00}"]);
                log.Reopen();
                await log.FlushAsync();
            }
            await writing;
        }
        IEnumerable<string> all = Directory.GetFiles(folder.Root).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines);
        Assert.That(all.Count(line => line.Contains("] line ", StringComparison.Ordinal)), Is.EqualTo(20_000));
        Assert.That(all.Count(line => line.EndsWith("Received SIGHUP, cycling the log file", StringComparison.Ordinal)), Is.EqualTo(20));
    }

    [Test]
    public async Task When_the_file_cannot_be_opened_again_the_old_one_stays()
    {
        var sink = new TestSink { ReopenProblem = "Permission denied" };
        await using (var log = new FileLog(LogLevel.Info, sink))
        {
            log.Reopen();
            await log.FlushAsync();
            log.Info("after");
        }
        Assert.That(sink.Texts()[1..], Is.EqualTo((string[])["[ERROR] The log file cannot be opened again, the old one stays in use: Permission denied", "[INFO ] after"]));
    }

    [Test]
    public async Task After_the_end_lines_are_ignored_and_ending_twice_is_no_harm()
    {
        var sink = new TestSink();
        var log = new FileLog(LogLevel.Info, sink);
        log.Info("kept");
        await log.DisposeAsync();
        log.Info("not kept");
        await log.FlushAsync();
        await log.DisposeAsync();
        Assert.That(sink.Texts(), Is.EqualTo((string[])["[INFO ] kept"]));
    }

    [Test]
    public async Task A_line_at_hand_as_octets_allocates_nothing()
    {
        await using var log = new FileLog(LogLevel.Info, new TestSink(), capacity: 64 * 1024);
        log.Write(LogLevel.Info, "warm"u8);
        log.Write(LogLevel.Info, "wärm"u8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int line = 0; line < 100; line++)
        {
            log.Write(LogLevel.Info, "SMTP[127.0.0.1]<12> MAIL FROM:<a@example>"u8);
            log.Write(LogLevel.Info, "SMTP[127.0.0.1]<12> MAIL FROM:<\xff\r@example>"u8);
            log.Write(LogLevel.Trace, "not kept"u8);
        }
        // The clock puts a new second into words at most a few times meanwhile.
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1024));
    }
}

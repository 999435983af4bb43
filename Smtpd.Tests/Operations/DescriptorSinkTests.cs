using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

public sealed class DescriptorSinkTests
{
    [Test]
    public void A_file_is_appended_to_wherever_another_process_left_its_end()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("smtpd.log", "old\n");
        using DescriptorSink sink = DescriptorSink.Open(path);
        Assert.That(sink.Write("one\n"u8, out int written), Is.Null);
        Assert.That(written, Is.EqualTo(4));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old\none\n"));

        using (FileStream cut = File.OpenWrite(path)) cut.SetLength(0);
        sink.Write("two\n"u8, out _);
        Assert.That(File.ReadAllText(path), Is.EqualTo("two\n"));
    }

    [Test]
    public void A_new_file_is_nothing_for_others_to_read()
    {
        using var folder = new TemporaryFolder();
        using DescriptorSink sink = DescriptorSink.Open(folder["smtpd.log"]);
        if (OperatingSystem.IsWindows()) return;
        Assert.That(File.GetUnixFileMode(folder["smtpd.log"]) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead), Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public void A_file_that_cannot_be_opened_is_named_with_the_way_out()
    {
        using var folder = new TemporaryFolder();
        StartupException failure = Assert.Throws<StartupException>(() => DescriptorSink.Open(folder["absent/smtpd.log"]))!;
        Assert.That(failure.Message, Is.EqualTo($"{folder["absent/smtpd.log"]}: cannot open the log file: No such file or directory; name another with -logfile"));
        Assert.That(Assert.Throws<StartupException>(() => DescriptorSink.Open(folder.Root))!.Message, Does.Contain("Is a directory"));
    }

    [Test]
    public void A_full_disk_is_told_not_thrown()
    {
        using DescriptorSink sink = DescriptorSink.Open("/dev/full");
        Assert.That(sink.Write("one\n"u8, out int written), Is.EqualTo("No space left on device"));
        Assert.That(written, Is.Zero);
    }

    [Test]
    public void Reopening_opens_the_name_again_and_keeps_the_old_file_when_it_cannot()
    {
        using var folder = new TemporaryFolder();
        string path = folder["smtpd.log"];
        using DescriptorSink sink = DescriptorSink.Open(path);
        File.Move(path, folder["smtpd.log.1"]);
        Assert.That(sink.Reopen(), Is.Null);
        sink.Write("new\n"u8, out _);
        Assert.That(File.ReadAllText(path), Is.EqualTo("new\n"));
        Assert.That(File.ReadAllText(folder["smtpd.log.1"]), Is.Empty);

        File.Move(path, folder["smtpd.log.2"]);
        Directory.CreateDirectory(path);
        Assert.That(sink.Reopen(), Is.EqualTo("Is a directory"));
        sink.Write("still\n"u8, out _);
        Assert.That(File.ReadAllText(folder["smtpd.log.2"]), Is.EqualTo("new\nstill\n"));
    }

    [TestCase(null)]
    [TestCase("stderr")]
    [TestCase("stdout")]
    public void Standard_streams_have_nothing_to_reopen(string? name)
    {
        using DescriptorSink sink = DescriptorSink.Open(name);
        Assert.That(sink.CanReopen, Is.False);
        Assert.That(sink.Reopen(), Is.Null);
    }

    [Test]
    public async Task A_log_on_a_full_disk_goes_on_and_recovers_at_the_next_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder["smtpd.log"];
        File.CreateSymbolicLink(path, "/dev/full");
        await using (var log = new FileLog(LogLevel.Info, DescriptorSink.Open(path)))
        {
            log.Info("lost");
            await log.FlushAsync();
            File.Delete(path);
            log.Reopen();
            await log.FlushAsync();
            log.Info("kept");
        }
        string[] lines = File.ReadAllLines(path);
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.EndWith("[WARN ] 2 log lines were lost here: No space left on device"));
        Assert.That(lines[1], Does.EndWith("[INFO ] kept"));
    }
}

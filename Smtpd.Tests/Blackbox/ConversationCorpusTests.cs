using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The conversations of ../shared/corpora/smtp, played by their own runner; those that need an extension the server does not offer are left out by it.</summary>
public sealed class ConversationCorpusTests : ServerFixture
{
    internal override void Configure(SmtpdConfiguration configuration) => configuration.Smtp["max.message.bytes"] = 2_000_000;

    [TestCase(false)]
    [TestCase(true)]
    public async Task Every_conversation_goes_as_the_standards_say(bool octetByOctet)
    {
        string runner = Places.Shared("tools", "smtp_cases.py"), cases = Places.Shared("corpora", "smtp", "cases.json");
        SmtpdConfiguration configuration = Server.Configuration;
        CommandRun run = await CommandRun.OfAsync("python3", [runner, $"127.0.0.1:{configuration.SmtpPort}", cases, "--api", $"http://127.0.0.1:{configuration.WebPort}",
            "--max-recipients", "100", .. octetByOctet ? (string[])["--bytewise"] : []], TimeSpan.FromMinutes(5));
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.Match(@"\b[1-9]\d\d pass\b"), "at least a hundred conversations were played");
    }
}

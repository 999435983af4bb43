using System.Text.Json.Nodes;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>The conversations of ../shared/corpora/smtp about STARTTLS and AUTH, with a certificate and an account in place.</summary>
public sealed class SecureConversationTests : FreshFixture
{
    [TestCase("tls", false)]
    [TestCase("tls", true)]
    [TestCase("auth", false)]
    [TestCase("auth", true)]
    public async Task Every_conversation_goes_as_the_standards_say(string about, bool octetByOctet)
    {
        string runner = Places.Shared("tools", "smtp_cases.py");
        await TestCertificate.ConfigureAsync(Configuration, Folder);
        Configuration.Smtp["auth.insecure"] = true;
        Configuration.Web["auth"] = "off";
        await Users.AddAsync(Configuration, "tester", "secret");
        await using SmtpdProcess server = await StartAsync();
        CommandRun run = await CommandRun.OfAsync("python3", [runner, $"127.0.0.1:{Configuration.SmtpPort}", CasesWithoutWaiting(), "--only", about,
            "--api", $"http://127.0.0.1:{Configuration.WebPort}", .. octetByOctet ? (string[])["--bytewise"] : []], TimeSpan.FromMinutes(3));
        Assert.That(run.ExitCode, Is.Zero, run.Everything);
        Assert.That(run.Output, Does.Match(about == "tls" ? @"\b8 pass\b" : @"\b21 pass\b"), run.Output);
    }

    /// <summary>The cases say TLS-OK where a handshake must succeed, and the runner would wait for a reply of that text as well.</summary>
    private string CasesWithoutWaiting()
    {
        JsonNode cases = JsonNode.Parse(File.ReadAllText(Places.Shared("corpora", "smtp", "cases.json")))!;
        foreach (JsonNode? one in cases["cases"]!.AsArray())
        {
            JsonArray expect = one!["expect"]!.AsArray();
            for (int i = 0; i < expect.Count; i++)
                if (expect[i] is JsonArray { Count: 1 } list && list[0] is JsonValue text && text.TryGetValue(out string? only) && only == "TLS-OK") expect[i] = null;
        }
        string file = Folder.File("cases.json");
        File.WriteAllText(file, cases.ToJsonString());
        return file;
    }
}

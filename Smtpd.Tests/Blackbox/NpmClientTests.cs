using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Published clients of Mailpit's API against the program as it is shipped.</summary>
public sealed class NpmClientTests : FreshFixture
{
    [TestCaseSource(typeof(NpmClients), nameof(NpmClients.Scripts))]
    public async Task A_published_client_gets_what_it_expects(string script)
    {
        Configuration.Smtp["allowed.hosts"] = "example.com";
        Configuration.Smtp["mailbox.plus"] = true;
        await using SmtpdProcess server = await StartAsync();
        await NpmClients.PlayAsync(script, $"http://127.0.0.1:{Configuration.WebPort}");
    }
}

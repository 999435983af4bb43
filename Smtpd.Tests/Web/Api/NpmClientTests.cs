using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Web.Api;

/// <summary>Clients of Mailpit's API as they are published, unchanged: see Blackbox/Clients.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class NpmClientTests(string store)
{
    [TestCase("mailpit-api.mjs")]
    [TestCase("cypress-mailpit.mjs")]
    public async Task A_published_client_gets_what_it_expects(string script)
    {
        if (await NpmClients.InstallAsync() is { } missing) Assert.Ignore(missing);
        await using var api = new ApiServer(store);
        (int status, string output) = await NpmClients.RunAsync("node", script, $"http://{api.EndPoint}");
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Contain("all answered as expected"));
    }
}

using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Web.Api;

/// <summary>Published clients of Mailpit's API over each store.</summary>
[TestFixtureSource(typeof(ApiServer), nameof(ApiServer.Stores))]
public sealed class NpmClientTests(string store)
{
    [TestCaseSource(typeof(NpmClients), nameof(NpmClients.Scripts))]
    public async Task A_published_client_gets_what_it_expects(string script)
    {
        await using var api = new ApiServer(store);
        await NpmClients.PlayAsync(script, $"http://{api.EndPoint}");
    }
}

using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>What an operator sees of the program as it is shipped, and how people come to it.</summary>
public sealed class StatusTests : FreshFixture
{
    [Test]
    public async Task Mail_is_seen_in_the_series_and_what_is_turned_away_with_its_reason()
    {
        await using SmtpdProcess server = await StartAsync();
        await using (SmtpDialogue client = await IntroducedAsync())
        {
            await client.ExpectAsync("MAIL FROM:<ann@remote.test>", 250);
            await client.ExpectAsync("RCPT TO:<eve@elsewhere.test>", 550);
            await client.ExpectAsync("RCPT TO:<bob@local.test>", 250);
            await client.ExpectAsync("DATA", 354);
            await client.ExpectAsync("Subject: x\r\n\r\nx\r\n.", 250);
        }
        JsonElement status = await server.Api.JsonAsync("api/v1/status");
        Assert.That((status.GetProperty("Mail").GetProperty("Accepted").GetInt64(), status.GetProperty("Rejections").GetProperty("Recipient").GetInt64()), Is.EqualTo((1L, 1L)));
        Assert.That(status.GetProperty("Listeners").EnumerateArray().Select(one => one.GetProperty("Protocol").GetString()), Is.EquivalentTo(new[] { "smtp", "http" }));
        Assert.That(status.GetProperty("Versions").GetProperty("OpenSSL").GetString(), Does.Match(@"^\d+\.\d+\.\d+$"));
        Assert.That(status.GetProperty("Versions").GetProperty("SQLite").GetString(), Does.Match(@"^3\.\d+\.\d+$"));
        await Eventually.HoldsAsync(
            async () => (await server.Api.JsonAsync("api/v1/status")).GetProperty("Series").GetProperty("Messages").EnumerateArray().Sum(one => one.GetDouble()) == 1,
            "the message in the series", TimeSpan.FromSeconds(60));
        JsonElement one = (await server.Api.JsonAsync("api/v1/status/rejections")).GetProperty("Rejections").EnumerateArray().Single();
        Assert.That((one.GetProperty("To").GetString(), one.GetProperty("Code").GetInt64(), one.GetProperty("Enhanced").GetString(), one.GetProperty("Listener").GetString()),
            Is.EqualTo(("eve@elsewhere.test", 550L, "5.1.2", $"smtp 127.0.0.1:{Configuration.SmtpPort}")));
        JsonElement settings = await server.Api.JsonAsync("api/v1/status/settings");
        Assert.That(settings.GetProperty("Settings").EnumerateArray().Single(setting => setting.GetProperty("Name").GetString() == "smtp.domain").GetProperty("Origin").GetString(), Does.Contain("smtpd.conf:"));
        using HttpResponseMessage metrics = await server.Api.GetAsync("metrics");
        Assert.That(await metrics.Content.ReadAsStringAsync(), Does.Contain($"smtpd_listener_messages_total{{listener=\"smtp 127.0.0.1:{Configuration.SmtpPort}\"}} 1\n").And.Contain("smtpd_search_unindexed_messages "));
    }

    [Test]
    public async Task The_first_user_is_made_over_http_and_then_everybody_signs_in()
    {
        await using SmtpdProcess server = await StartAsync();
        (HttpStatusCode status, string text) = await server.Api.SendAsync(HttpMethod.Post, "api/v1/users", """{"Name":"root","Password":"secret","Superuser":true,"Mailboxes":["root@local.test"]}""");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
        using (HttpResponseMessage refused = await server.Api.GetAsync("api/v1/users")) Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        CommandRun list = await Users.RunAsync(Configuration, "", "list");
        Assert.That(list.Output, Is.EqualTo("root\tenabled,superuser\troot@local.test\n"));
    }
}

using NUnit.Framework;
using Smtpd.Configuration;
using Smtpd.Mail;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>What a user may see and do, and what only superusers may.</summary>
public sealed class RightsTests
{
    private static async Task<(WebFixture Web, string Token)> StartAsync(bool superuser, bool seesAll = false)
    {
        var web = new WebFixture(authentication: WebAuthentication.Required, configure: settings => settings with { UsersSeeAll = seesAll });
        await web.Users.AddAsync(FormClient.New("tester") with { IsSuperuser = superuser, Mailboxes = ["post@local.test"], Domains = ["his.test"] }, default);
        return (web, $"Authorization: Bearer {await web.Tickets.MakeTokenAsync("tester", "", default)}\r\n");
    }

    [Test]
    public async Task A_user_asks_for_his_mailboxes_and_domains_alone()
    {
        (WebFixture web, string token) = await StartAsync(superuser: false);
        await using (web)
        {
            await web.GetAsync("/api/v1/messages", token);
            MailScope scope = web.Store.LastScope!;
            Assert.That((scope.IsEverything, scope.Contains("post@local.test"), scope.Contains("any@his.test"), scope.Contains("other@local.test")), Is.EqualTo((false, true, true, false)));
            await web.Users.ChangeAsync("tester", user => user with { Mailboxes = [], Domains = [] }, default);
            await web.GetAsync("/api/v1/messages", token);
            Assert.That(web.Store.LastScope!.IsNothing, Is.True, "a change holds from the next request on, and of nothing he sees nothing");
        }
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task A_superuser_and_where_it_is_set_so_everybody_sees_all(bool superuser, bool seesAll)
    {
        (WebFixture web, string token) = await StartAsync(superuser, seesAll);
        await using (web)
        {
            await web.GetAsync("/api/v1/messages", token);
            Assert.That(web.Store.LastScope!.IsEverything, Is.True);
            Assert.That((await web.GetAsync("/status", token)).Status, Is.EqualTo(superuser ? 200 : 403), "which makes nobody a superuser");
        }
    }

    [TestCase("/status")]
    [TestCase("/api/v1/blocks")]
    [TestCase("/greylist/host/6ab13d80a1b2c3d4e5000001")]
    [TestCase("/greylist/mailfrom/6ab13d80a1b2c3d4e5000001")]
    [TestCase("/greylist/tomail/6ab13d80a1b2c3d4e5000001")]
    public async Task What_concerns_all_is_for_superusers(string target)
    {
        (WebFixture web, string token) = await StartAsync(superuser: false);
        await using (web)
        {
            foreach (string method in (string[])["GET", "HEAD", "POST", "DELETE", "PUT"])
            {
                RawAnswer answer = await web.GetAsync(target, token, method);
                Assert.That(answer.Status, Is.EqualTo(403), method);
            }
            Assert.That((await web.GetAsync(target, token)).Error(), Does.Contain("superusers"));
            Assert.That((await web.GetAsync(target)).Status, Is.EqualTo(401));
            await web.Users.ChangeAsync("tester", user => user with { IsSuperuser = true }, default);
            Assert.That((await web.GetAsync(target, token)).Status, Is.Not.EqualTo(403));
        }
    }

    [Test]
    public async Task A_page_elsewhere_cannot_use_what_is_open_locally_or_rebind_its_way_in()
    {
        (WebFixture web, _) = await StartAsync(superuser: true);
        await using (web) Assert.That((await web.GetAsync("/api/v1/messages", host: "evil.example")).Status, Is.EqualTo(401));
    }
}

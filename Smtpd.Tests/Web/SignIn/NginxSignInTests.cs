using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Web.SignIn;

/// <summary>nginx's mail proxy asks whether a password is right.</summary>
public sealed class NginxSignInTests
{
    private static async Task<WebFixture> StartAsync(LimitSettings? limits = null)
    {
        var web = new WebFixture(signInLimits: limits);
        await web.Users.AddAsync(FormClient.New("te ster", "p%ss wörd") with { SharedSecret = "p%ss wörd" }, default);
        return web;
    }

    private static Task<RawAnswer> AskAsync(WebFixture web, string method, string? user = null, string? password = null, string more = "") => web.GetAsync("/auth-smtp",
        $"Auth-Method: {method}\r\nAuth-Protocol: smtp\r\n{(user is null ? "" : $"Auth-User: {user}\r\n")}{(password is null ? "" : $"Auth-Pass: {password}\r\n")}{more}");

    private static (string?, string?) Outcome(RawAnswer answer) => (answer.Field("Auth-Status"), answer.Field("Auth-Error-Code"));

    [Test]
    public async Task A_right_password_is_let_through_and_a_wrong_one_is_not()
    {
        await using WebFixture web = await StartAsync();
        RawAnswer good = await AskAsync(web, "plain", "te%20ster", "p%25ss%20w%C3%B6rd");
        Assert.That((good.Status, good.Field("Auth-Status"), good.Field("Auth-Server"), good.Field("Auth-Port")), Is.EqualTo((200, "OK", "127.0.0.1", "2525")));
        foreach ((string? user, string? password) in ((string?, string?)[])[("te%20ster", "wrong"), ("nobody", "p%25ss%20w%C3%B6rd"), ("te%20ster", ""), ("te%20ster", null), (null, "x"), ("%FF", "x"), ("%", "%2")])
        {
            RawAnswer wrong = await AskAsync(web, "plain", user, password);
            Assert.That((wrong.Status, wrong.Field("Auth-Status"), wrong.Field("Auth-Error-Code"), wrong.Field("Auth-Wait"), wrong.Field("Auth-Server")),
                Is.EqualTo((200, "Invalid login or password", "535 5.7.8", "3", (string?)null)), $"{user} {password}");
        }
        Assert.That(Outcome(await AskAsync(web, "external", "te%20ster")).Item2, Is.EqualTo("535 5.7.8"), "what nobody has proved here");
        Assert.That(Outcome(await AskAsync(web, "none")), Is.EqualTo(("OK", (string?)null)));
        Assert.That(Outcome(await web.GetAsync("/auth-smtp")), Is.EqualTo(("OK", (string?)null)));
    }

    [Test]
    public async Task Cram_md5_is_compared_with_the_challenge_that_nginx_made()
    {
        await using WebFixture web = await StartAsync();
        const string Challenge = "<1.2@mx.test>";
#pragma warning disable CA5351 // The mechanism has no other hash.
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.HMACMD5.HashData(System.Text.Encoding.UTF8.GetBytes("p%ss wörd"), System.Text.Encoding.ASCII.GetBytes(Challenge)));
#pragma warning restore CA5351
        Assert.That(Outcome(await AskAsync(web, "cram-md5", "te%20ster", digest, $"Auth-Salt: {Challenge}\r\n")), Is.EqualTo(("OK", (string?)null)));
        Assert.That(Outcome(await AskAsync(web, "cram-md5", "te%20ster", digest, "Auth-Salt: <2.3@mx.test>\r\n")).Item2, Is.EqualTo("535 5.7.8"));
        Assert.That(Outcome(await AskAsync(web, "cram-md5", "nobody", digest, $"Auth-Salt: {Challenge}\r\n")).Item2, Is.EqualTo("535 5.7.8"));
    }

    [Test]
    public async Task The_client_s_address_is_what_is_counted()
    {
        await using WebFixture web = await StartAsync(new LimitSettings(FailedSignIns: 1));
        Assert.That(Outcome(await AskAsync(web, "plain", "nobody", "x", "Client-IP: 192.0.2.7\r\n")).Item2, Is.EqualTo("535 5.7.8"));
        Assert.That(Outcome(await AskAsync(web, "plain", "te%20ster", "p%25ss%20w%C3%B6rd", "Client-IP: 192.0.2.7\r\n")), Is.EqualTo(("There were too many failed sign-ins", "454 4.7.0")));
        Assert.That(Outcome(await AskAsync(web, "plain", "te%20ster", "p%25ss%20w%C3%B6rd", "Client-IP: 192.0.2.8\r\n")), Is.EqualTo(("OK", (string?)null)));
    }

    [Test]
    public async Task Who_is_not_known_as_a_proxy_learns_nothing_about_passwords()
    {
        await using WebFixture web = await StartAsync();
        RawAnswer answer = await AskAsync(web, "plain", "te%20ster", "p%25ss%20w%C3%B6rd", "X-Forwarded-For: 192.0.2.7\r\n");
        Assert.That(Outcome(answer), Is.EqualTo(("This proxy is not known here", "454 4.7.0")));
        Assert.That(web.SignIns.Derived, Is.Zero);
    }
}

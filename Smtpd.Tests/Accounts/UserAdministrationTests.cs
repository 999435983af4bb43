using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

/// <summary>Mailboxes that the command line gives and takes away.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class UserAdministrationTests
{
    private readonly UserDirectory _users = new(new MemoryUsers());

    private async Task SetAsync(bool mailboxPlus, UserRequest request)
    {
        var administration = new UserAdministration(_users, new Tickets(_users, TimeProvider.System, new ListLog()), TimeProvider.System) { MailboxPlus = mailboxPlus };
        Assert.That((await administration.CarryOutAsync(request, default)).Problem, Is.Null);
    }

    private async Task<IReadOnlyList<string>> MailboxesAsync() => (await _users.FindAsync("tester", default))!.Mailboxes;

    [Test]
    public async Task A_tag_is_passed_over_where_mail_is_kept_without_it()
    {
        await SetAsync(mailboxPlus: true, new UserRequest(UserVerb.Add, "tester") { Password = "secret", Mailboxes = ["Ann+news@Local.test", "ann@local.test", "\"odd name+x\"@local.test"] });
        Assert.That(await MailboxesAsync(), Is.EqualTo(new[] { "ann@local.test", "\"odd name\"@local.test" }));
        await SetAsync(mailboxPlus: true, new UserRequest(UserVerb.Set, "tester") { Mailboxes = ["bob+a@local.test"], NoMailboxes = ["ann+b@local.test"] });
        Assert.That(await MailboxesAsync(), Is.EqualTo(new[] { "\"odd name\"@local.test", "bob@local.test" }));
    }

    [Test]
    public async Task What_was_given_with_its_tag_can_be_taken_away_later()
    {
        await SetAsync(mailboxPlus: false, new UserRequest(UserVerb.Add, "tester") { Password = "secret", Mailboxes = ["ann+news@local.test", "bob@local.test"] });
        Assert.That(await MailboxesAsync(), Is.EqualTo(new[] { "ann+news@local.test", "bob@local.test" }));
        await SetAsync(mailboxPlus: true, new UserRequest(UserVerb.Set, "tester") { NoMailboxes = ["Ann+news@local.test"] });
        Assert.That(await MailboxesAsync(), Is.EqualTo(new[] { "bob@local.test" }));
    }

    [Test]
    public async Task A_domain_may_be_written_in_either_form()
    {
        await SetAsync(mailboxPlus: false, new UserRequest(UserVerb.Add, "tester") { Password = "secret", Domains = ["Bücher.test", "xn--bcher-kva.TEST", "local.test."] });
        Assert.That((await _users.FindAsync("tester", default))!.Domains, Is.EqualTo(new[] { "xn--bcher-kva.test", "local.test" }));
    }
}

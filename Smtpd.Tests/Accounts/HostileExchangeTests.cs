using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Accounts.Sasl;
using Smtpd.Configuration;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

/// <summary>Whatever a client sends, an exchange answers; nobody gets in by chance.</summary>
internal sealed class HostileExchangeTests
{
    private static readonly SaslConnection Channel = new("mx.test", new byte[32], ["somebody"]);

    // No password is derived here: the names that exist are looked up by mechanisms that need none.
    private static readonly string[] Mechanisms = [SaslMechanisms.Scram, SaslMechanisms.ScramPlus, SaslMechanisms.CramMd5, SaslMechanisms.External];

    private static readonly string[] Pieces =
        ["n,,", "y,,", "p=tls-server-end-point,,", "n=tester", "r=abc", ",", "=", "=2C", "a=", "c=biws", "p=", "m=", "\0", "tester ", "\u00e9", "\ud83d\ude00", "\u00ad", "0123456789abcdef0123456789abcdef", "somebody"];

    [Test]
    public async Task Random_and_nearly_right_responses_are_answered()
    {
        var users = new MemoryUsers();
        await users.AddUserAsync(new User("tester", ScramCredential.Derive("secret", [1, 2, 3], 4096)) { SharedSecret = "secret" }, default);
        using var service = new SignInService(new UserDirectory(users), new SignInSettings(SignInMode.Optional, ChannelBinding: true), TimeProvider.System, new ListLog());
        Gen<byte[]> response = Gen.OneOf(ArbMap.Default.GeneratorFor<byte[]>(), Gen.Elements(Pieces).ArrayOf().Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces))));
        var cases = (from mechanism in Gen.Elements(Mechanisms) from responses in response.NonEmptyListOf() select (mechanism, responses)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(cases, one =>
        {
            SaslExchange exchange = SaslMechanisms.Begin(one.mechanism, service, Channel);
            foreach (byte[] octets in one.responses)
            {
                SaslStep step = exchange.TakeAsync(octets).AsTask().GetAwaiter().GetResult();
                Assert.That(step.Outcome, Is.Not.EqualTo(SaslOutcome.Accepted).And.Not.EqualTo(SaslOutcome.Busy));
                if (step.Outcome != SaslOutcome.Challenge) return;
            }
        }));
    }

    [Test]
    public async Task Plain_and_login_refuse_what_they_cannot_read_without_deriving()
    {
        using var service = new SignInService(new UserDirectory(new MemoryUsers()), new SignInSettings(SignInMode.Optional), TimeProvider.System, new ListLog());
        foreach (string response in (string[])["", "\0", "\0\0", "a\0b", "\0a\0", "\0\0b", "a\0b\0c\0d", "tester secret"])
            Assert.That((await new PlainExchange(service).TakeAsync(Encoding.UTF8.GetBytes(response))).Outcome, Is.EqualTo(SaslOutcome.Malformed), response);
        Assert.That((await new PlainExchange(service).TakeAsync(new byte[] { 0, 0xFF, 0, 0xFF })).Outcome, Is.EqualTo(SaslOutcome.Malformed));
        Assert.That((await new LoginExchange(service).TakeAsync(new byte[] { 0xC3 })).Outcome, Is.EqualTo(SaslOutcome.Malformed));
    }
}

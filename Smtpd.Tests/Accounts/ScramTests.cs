using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Accounts.Sasl;
using Smtpd.Configuration;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

/// <summary>SCRAM-SHA-256 as RFC 5802 and RFC 7677 write it, with their example and against clients that cheat.</summary>
internal sealed class ScramTests
{
    // RFC 7677 §3.
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string ClientFirst = "n,,n=user,r=" + ClientNonce;
    private const string ServerFirst = "r=" + ClientNonce + ServerNonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string ClientFinal = "c=biws,r=" + ClientNonce + ServerNonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static readonly byte[] Salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static readonly byte[] EndPoint = SHA256.HashData("a certificate"u8);

    private readonly MemoryUsers _users = new();
    private SignInService _service = null!;

    [OneTimeSetUp]
    public async Task AddUsers()
    {
        foreach (string name in (string[])["user", "a,b=c", "disabled"])
            await _users.AddUserAsync(new User(name, ScramCredential.Derive("pencil", Salt, 4096)) { IsDisabled = name == "disabled" }, default);
        _service = new SignInService(new UserDirectory(_users), new SignInSettings(SignInMode.Optional, ChannelBinding: true), TimeProvider.System, new ListLog());
    }

    [OneTimeTearDown]
    public void Close() => _service.Dispose();

    [Test]
    public async Task The_example_of_the_standard_goes_as_it_says()
    {
        ScramExchange exchange = new(_service, null, plus: false, ServerNonce);
        SaslStep first = await Take(exchange, ClientFirst);
        Assert.That(Text(first), Is.EqualTo(ServerFirst));
        SaslStep second = await Take(exchange, ClientFinal);
        Assert.That(Text(second), Is.EqualTo(ServerFinal));
        Assert.That(await Take(exchange, ""), Is.EqualTo(SaslStep.Accept("user")));
    }

    [TestCase("n,,n=user,r=abc", "pencil", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("y,,n=user,r=abc", "pencil", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("n,a=user,n=user,r=abc", "pencil", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("n,,n=a=2Cb=3Dc,r=abc", "pencil", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("n,,n=user,r=abc,x=extension", "pencil", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("n,,n=user,r=abc", "pencils", ExpectedResult = SaslOutcome.Refused)]
    [TestCase("n,,n=nobody,r=abc", "pencil", ExpectedResult = SaslOutcome.Refused)]
    [TestCase("n,,n=disabled,r=abc", "pencil", ExpectedResult = SaslOutcome.Refused)]
    [TestCase("n,a=other,n=user,r=abc", "pencil", ExpectedResult = SaslOutcome.Refused)]
    public Task<SaslOutcome> Whoever_knows_the_password_gets_in(string first, string password) => Play(new ScramExchange(_service, null, plus: false), first, password, []);

    [TestCase("")]
    [TestCase("n")]
    [TestCase("n,,")]
    [TestCase("n,,n=user")]
    [TestCase("n,,n=,r=abc")]
    [TestCase("n,,n=user,r=")]
    [TestCase("n,,n=us=er,r=abc")]
    [TestCase("n,,r=abc,n=user")]
    [TestCase("n,,m=x,n=user,r=abc")]
    [TestCase("n,user,n=user,r=abc")]
    [TestCase("q,,n=user,r=abc")]
    [TestCase("n,,n=user,r=a\u0001c")]
    [TestCase("n,,n=us\0er,r=abc")]
    public async Task A_first_message_that_is_none_is_malformed(string first) =>
        Assert.That((await Take(new ScramExchange(_service, null, plus: false), first)).Outcome, Is.EqualTo(SaslOutcome.Malformed));

    [TestCase("")]
    [TestCase("c=biws,r={nonce}")]
    [TestCase("c=biws,r={nonce},p=")]
    [TestCase("c=biws,r={nonce},p=AAAA")]
    [TestCase("c=biws,r={nonce},p=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!=")]
    [TestCase("r={nonce},c=biws,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    public async Task A_final_message_that_is_none_is_malformed(string final)
    {
        ScramExchange exchange = new(_service, null, plus: false, ServerNonce);
        await Take(exchange, ClientFirst);
        Assert.That((await Take(exchange, final.Replace("{nonce}", ClientNonce + ServerNonce, StringComparison.Ordinal))).Outcome, Is.EqualTo(SaslOutcome.Malformed));
    }

    [Test]
    public async Task A_proof_for_another_nonce_is_refused()
    {
        ScramExchange exchange = new(_service, null, plus: false, ServerNonce + "x");
        await Take(exchange, ClientFirst);
        Assert.That(await Take(exchange, ClientFinal), Is.EqualTo(SaslStep.Refuse));
    }

    [Test]
    public async Task With_channel_binding_the_certificate_must_be_the_servers()
    {
        const string First = "p=tls-server-end-point,,n=user,r=abc";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: true), First, "pencil", EndPoint), Is.EqualTo(SaslOutcome.Accepted));
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: true), First, "pencil", SHA256.HashData("another"u8)), Is.EqualTo(SaslOutcome.Refused));
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: true), "n,,n=user,r=abc", "pencil", []), Is.EqualTo(SaslOutcome.Refused), "chosen, and not used");
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: false), "y,,n=user,r=abc", "pencil", []), Is.EqualTo(SaslOutcome.Refused), "the offer was taken out on the way");
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: false), First, "pencil", EndPoint), Is.EqualTo(SaslOutcome.Refused), "used, and not chosen");
            Assert.That(await Play(new ScramExchange(_service, EndPoint, plus: true), "p=tls-unique,,n=user,r=abc", "pencil", EndPoint), Is.EqualTo(SaslOutcome.Refused));
        }
    }

    [Test]
    public async Task A_name_that_does_not_exist_always_has_the_same_salt_and_it_differs_from_others()
    {
        string one = Text(await Take(new ScramExchange(_service, null, false, "n"), "n,,n=nobody,r=abc"));
        Assert.That(Text(await Take(new ScramExchange(_service, null, false, "n"), "n,,n=nobody,r=abc")), Is.EqualTo(one));
        Assert.That(Text(await Take(new ScramExchange(_service, null, false, "n"), "n,,n=nobody2,r=abc")), Is.Not.EqualTo(one));
        Assert.That(one, Does.Match($@"^r=abcn,s=[A-Za-z0-9+/]{{22}}==,i={ScramCredential.StandardIterations}$"));
    }

    /// <summary>Plays the client's part.</summary>
    private static async Task<SaslOutcome> Play(ScramExchange exchange, string first, string password, byte[] binding)
    {
        SaslStep step = await Take(exchange, first);
        if (step.Outcome != SaslOutcome.Challenge) return step.Outcome;
        string serverFirst = Text(step);
        string[] fields = serverFirst.Split(',');
        string header = string.Join(',', first.Split(',')[..2]) + ",";
        string withoutProof = $"c={Convert.ToBase64String([.. Encoding.UTF8.GetBytes(header), .. binding])},{fields[0]}";
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(fields[1][2..]), int.Parse(fields[2].AsSpan(2), System.Globalization.CultureInfo.InvariantCulture), HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] signature = HMACSHA256.HashData(SHA256.HashData(clientKey), Encoding.UTF8.GetBytes($"{first[header.Length..]},{serverFirst},{withoutProof}"));
        for (int i = 0; i < clientKey.Length; i++) clientKey[i] ^= signature[i];
        step = await Take(exchange, $"{withoutProof},p={Convert.ToBase64String(clientKey)}");
        return step.Outcome == SaslOutcome.Challenge ? (await Take(exchange, "")).Outcome : step.Outcome;
    }

    private static async Task<SaslStep> Take(SaslExchange exchange, string response) => await exchange.TakeAsync(Encoding.UTF8.GetBytes(response));

    private static string Text(SaslStep step) => Encoding.UTF8.GetString(step.Challenge!);
}

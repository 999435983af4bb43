using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Accounts.Sasl;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Tests.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Accounts;

internal sealed class SignInServiceTests
{
    private readonly ManualClock _clock = new();
    private readonly ListLog _log = new();
    private UserDirectory _users = null!;
    private SignInService _service = null!;

    [SetUp]
    public void Open()
    {
        _users = new UserDirectory(new MemoryUsers());
        _service = new SignInService(_users, new SignInSettings(SignInMode.Optional), _clock, _log);
    }

    [TearDown]
    public void Close() => _service.Dispose();

    private static User New(string name, string password = "secret") => new(name, ScramCredential.Derive(password, [1, 2, 3, 4], ScramCredential.StandardIterations));

    private async Task<SignInOutcome> Try(string name, string password) => (await _service.ByPasswordAsync(name, password)).Outcome;

    [Test]
    public async Task The_right_password_signs_in_and_no_other()
    {
        await _users.AddAsync(New("tester"), default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Accepted));
            Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Accepted), "again, from memory");
            Assert.That(await Try("tester", "Secret"), Is.EqualTo(SignInOutcome.Refused));
            Assert.That(await Try("Tester", "secret"), Is.EqualTo(SignInOutcome.Refused));
            Assert.That(await Try("nobody", "secret"), Is.EqualTo(SignInOutcome.Refused));
            Assert.That(await Try("tester", "sec\u0007ret"), Is.EqualTo(SignInOutcome.Refused));
        }
    }

    [Test]
    public async Task Who_is_disabled_deleted_or_has_a_new_password_is_forgotten_at_once()
    {
        await _users.AddAsync(New("tester"), default);
        await Try("tester", "secret");
        await _users.ChangeAsync("tester", user => user with { IsDisabled = true }, default);
        Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Refused));
        await _users.ChangeAsync("tester", user => user with { IsDisabled = false }, default);
        Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Accepted));
        await _users.ChangeAsync("tester", user => user with { Credential = New("tester", "other").Credential }, default);
        Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Refused));
        await _users.DeleteAsync("tester", default);
        Assert.That(await Try("tester", "other"), Is.EqualTo(SignInOutcome.Refused));
    }

    [Test]
    public async Task The_originals_hash_gives_way_at_the_first_sign_in()
    {
        await _users.AddAsync(new User("tester", Credential.Parse("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8")), default);
        Assert.That(await Try("tester", "wrong"), Is.EqualTo(SignInOutcome.Refused));
        Assert.That((await _users.FindAsync("tester", default))!.Credential, Is.TypeOf<OriginalCredential>());
        Assert.That(await Try("tester", "secret"), Is.EqualTo(SignInOutcome.Accepted));
        Assert.That((await _users.FindAsync("tester", default))!.Credential, Is.TypeOf<ScramCredential>());
        Assert.That((await _service.FindScramAsync("tester")).User, Is.Not.Null);
    }

    /// <summary>The time is that of the rounds, and nothing else takes any.</summary>
    [Test]
    public async Task A_name_that_does_not_exist_takes_as_many_rounds_as_a_wrong_password()
    {
        await _users.AddAsync(New("tester"), default);
        await _users.AddAsync(New("off") with { IsDisabled = true }, default);
        long derived = 0;
        foreach ((string name, string password) in ((string, string)[])[("tester", "wrong"), ("nobody", "wrong"), ("off", "secret"), ("tester", "sec\u0007ret"), (new string('n', 300), "wrong")])
        {
            await Try(name, password);
            Assert.That(_service.Derived, Is.EqualTo(++derived), name);
        }
        Assert.That((await _service.FindScramAsync("nobody")).Credential.Iterations, Is.EqualTo((await _service.FindScramAsync("tester")).Credential.Iterations));
    }

    [Test]
    public async Task Passwords_are_never_derived_on_a_socket_thread()
    {
        string? name = null;
        using var derivations = new Derivations();
        var called = new TaskCompletionSource<bool>();
        var thread = new Thread(() => _ = ForwardAsync()) { Name = InlineCompletions.SocketThreadName };
        thread.Start();
        Assert.That(await called.Task, Is.True);
        Assert.That(name, Is.Not.Null.And.Not.EqualTo(InlineCompletions.SocketThreadName));

        async Task ForwardAsync() => called.SetResult(await derivations.RunAsync(() => name = Thread.CurrentThread.Name ?? "a thread of the pool"));
    }

    [Test]
    public async Task When_too_many_derive_the_rest_is_told_to_come_again()
    {
        using var derivations = new Derivations();
        using var gate = new ManualResetEventSlim();
        Task<bool>[] waiting = [.. Enumerable.Range(0, Derivations.MostWaiting).Select(_ => derivations.RunAsync(gate.Wait).AsTask())];
        Assert.That(await derivations.RunAsync(() => { }), Is.False);
        gate.Set();
        Assert.That(await Task.WhenAll(waiting), Is.All.True);
        Assert.That(await derivations.RunAsync(() => { }), Is.True);
    }

    [Test]
    public async Task A_store_in_trouble_is_no_wrong_password()
    {
        using var service = new SignInService(new UserDirectory(new BrokenUsers()), new SignInSettings(SignInMode.Optional), _clock, _log);
        Assert.That((await service.ByPasswordAsync("tester", "secret")).Outcome, Is.EqualTo(SignInOutcome.Busy));
        Assert.That((await new ScramExchange(service, null, false).TakeAsync("n,,n=tester,r=abc"u8.ToArray())).Outcome, Is.EqualTo(SaslOutcome.Busy));
        Assert.That((await new ExternalExchange(service, ["tester"]).TakeAsync(default)).Outcome, Is.EqualTo(SaslOutcome.Busy));
    }

    [Test]
    public async Task Cram_md5_goes_as_its_standard_says_for_those_who_have_a_secret()
    {
        await _users.AddAsync(New("tim") with { SharedSecret = "tanstaaftanstaaf" }, default);
        await _users.AddAsync(New("tom"), default);
        Assert.That(_service.HasSharedSecrets, Is.True);
        foreach ((string name, string secret, SaslOutcome outcome) in ((string, string, SaslOutcome)[])[("tim", "tanstaaftanstaaf", SaslOutcome.Accepted), ("tim", "x", SaslOutcome.Refused), ("tom", "secret", SaslOutcome.Refused), ("nobody", "", SaslOutcome.Refused)])
        {
            var exchange = new CramMd5Exchange(_service, "mx.test");
            string challenge = System.Text.Encoding.ASCII.GetString(exchange.Prompt);
            Assert.That(challenge, Does.Match(@"^<[0-9a-f]{32}\.\d+@mx\.test>$"));
#pragma warning disable CA5351 // The mechanism has no other hash.
            string digest = Convert.ToHexStringLower(System.Security.Cryptography.HMACMD5.HashData(System.Text.Encoding.UTF8.GetBytes(secret), exchange.Prompt));
#pragma warning restore CA5351
            Assert.That((await exchange.TakeAsync(System.Text.Encoding.UTF8.GetBytes($"{name} {digest}"))).Outcome, Is.EqualTo(outcome), name);
        }
        Assert.That((await new CramMd5Exchange(_service, "mx.test").TakeAsync("tim 00"u8.ToArray())).Outcome, Is.EqualTo(SaslOutcome.Malformed));
    }

    [TestCase("", "tester@mail.test|tester", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("tester", "tester@mail.test|tester", ExpectedResult = SaslOutcome.Accepted)]
    [TestCase("other", "tester@mail.test|tester", ExpectedResult = SaslOutcome.Refused)]
    [TestCase("", "nobody", ExpectedResult = SaslOutcome.Refused)]
    [TestCase("", "disabled", ExpectedResult = SaslOutcome.Refused)]
    public async Task<SaslOutcome> External_believes_the_certificate(string wanted, string names)
    {
        await _users.AddAsync(New("tester"), default);
        await _users.AddAsync(New("other"), default);
        await _users.AddAsync(New("disabled") with { IsDisabled = true }, default);
        return (await new ExternalExchange(_service, names.Split('|')).TakeAsync(System.Text.Encoding.UTF8.GetBytes(wanted))).Outcome;
    }

    private sealed class BrokenUsers : IUserStore
    {
        private static StoreException Trouble => new("out of order");
        public ValueTask<User?> FindUserAsync(string name, CancellationToken cancellation) => throw Trouble;
        public ValueTask<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellation) => throw Trouble;
        public ValueTask<bool> AddUserAsync(User user, CancellationToken cancellation) => throw Trouble;
        public ValueTask<bool> ChangeUserAsync(string name, Func<User, User> change, CancellationToken cancellation) => throw Trouble;
        public ValueTask<bool> DeleteUserAsync(string name, CancellationToken cancellation) => throw Trouble;
        public ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellation) => throw Trouble;
        public ValueTask<(Ticket Ticket, User User)?> FindTicketAsync(byte[] digest, CancellationToken cancellation) => throw Trouble;
        public ValueTask<IReadOnlyList<Ticket>> ListTicketsAsync(string user, TicketKind kind, CancellationToken cancellation) => throw Trouble;
        public ValueTask<long?> AddTicketAsync(Ticket ticket, CancellationToken cancellation) => throw Trouble;
        public ValueTask TouchTicketAsync(long id, DateTimeOffset used, DateTimeOffset? expires, CancellationToken cancellation) => throw Trouble;
        public ValueTask<int> DeleteTicketsAsync(string user, TicketKind kind, long? id, CancellationToken cancellation) => throw Trouble;
        public ValueTask<IReadOnlyList<string>> DeleteExpiredTicketsAsync(DateTimeOffset now, CancellationToken cancellation) => throw Trouble;
    }
}

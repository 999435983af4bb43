using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Smtpd.Accounts;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Web.Access;

/// <summary>What became of a name and a password.</summary>
internal enum PasswordOutcome { Accepted, Refused, TooOften, Busy, NotOverPlainHttp }

/// <param name="User">Who it is, when accepted.</param>
internal readonly record struct PasswordResult(PasswordOutcome Outcome, User? User = null);

/// <summary>
/// The one way by which passwords come in from the web: not in clear from elsewhere, not too often, and a wrong one is answered late. A
/// name that does not exist and a wrong password are told apart by nothing.
/// </summary>
internal sealed class PasswordGate(WebAccounts accounts, bool takesPlainHttp, Log log)
{
    /// <summary>Seconds after which to come again when too many sign in at once.</summary>
    private const int BusySeconds = 5;

    /// <summary>Seconds after which a name or an address has a try again, at the usual limits.</summary>
    private const int LimitedSeconds = 120;

    /// <summary>Passwords of one address that are looked at at once: failures are counted when they are known, and nobody may have many before that.</summary>
    private const int MostAtOnce = 8;

    private readonly ConcurrentDictionary<IPAddress, int> _underWay = new();

    /// <summary>True when nobody on the way can read a password.</summary>
    public bool TakesFrom(ClientOrigin origin) => origin.IsEncrypted || origin.IsLocal || takesPlainHttp;

    /// <param name="way">By which way, for the log.</param>
    /// <exception cref="Storage.StoreException">The store is in trouble.</exception>
    public async ValueTask<PasswordResult> TryAsync(ClientOrigin origin, string name, string password, string way, CancellationToken cancellation)
    {
        if (!TakesFrom(origin)) return new PasswordResult(PasswordOutcome.NotOverPlainHttp);
        return await CheckAsync(origin.Address, origin.IsCertain, name, password, way, cancellation);
    }

    /// <summary>The same for whoever has made sure that the password could not be read.</summary>
    public async ValueTask<PasswordResult> CheckAsync(IPAddress address, bool isCertain, string name, string password, string way, CancellationToken cancellation)
    {
        if (accounts.Limits?.MaySignIn(address) == false) return new PasswordResult(PasswordOutcome.TooOften);
        try
        {
            return _underWay.AddOrUpdate(address, 1, (_, others) => others + 1) > MostAtOnce
                ? new PasswordResult(PasswordOutcome.Busy)
                : await CompareAsync(address, isCertain, name, password, way, cancellation);
        }
        finally
        {
            if (_underWay.AddOrUpdate(address, 0, (_, all) => all - 1) == 0) _underWay.TryRemove(new(address, 0));
        }
    }

    private async ValueTask<PasswordResult> CompareAsync(IPAddress address, bool isCertain, string name, string password, string way, CancellationToken cancellation)
    {
        SignInResult result = await accounts.SignIns.KnownByPasswordAsync(name, password, isCertain ? address : null);
        switch (result.Outcome)
        {
            case SignInOutcome.Busy: return new PasswordResult(PasswordOutcome.Busy);
            case SignInOutcome.Limited: return new PasswordResult(PasswordOutcome.TooOften);
            case SignInOutcome.Accepted when await FindAsync(result, cancellation) is { } user: return new PasswordResult(PasswordOutcome.Accepted, user);
            default:
                // The name is not logged: people type their passwords there.
                log.Info($"web: {address}: a sign-in by {way} failed");
                accounts.Limits?.CountFailedSignIn(address);
                await Task.Delay(accounts.Penalty, accounts.Clock, cancellation);
                return new PasswordResult(PasswordOutcome.Refused);
        }
    }

    /// <summary>As he is now, if that is still how he was when his password was compared.</summary>
    private async ValueTask<User?> FindAsync(SignInResult result, CancellationToken cancellation) =>
        await accounts.Users.FindAsync(result.Name!, cancellation) is { IsDisabled: false } user && user.Generation == result.Generation ? user : null;

    /// <summary>The answer's status, a sentence for people, and what else belongs into the head.</summary>
    public static (int Status, string Text, HttpHeadField[] Fields) Explain(PasswordOutcome outcome) => outcome switch
    {
        PasswordOutcome.TooOften => (429, "There were too many failed sign-ins. Try again later.", [RetryAfter(LimitedSeconds)]),
        PasswordOutcome.Busy => (429, "Too many sign in at the moment. Try again in a few seconds.", [RetryAfter(BusySeconds)]),
        PasswordOutcome.NotOverPlainHttp => (403, "Passwords are not taken over plain HTTP from other computers, where they can be read on the way. Use https through a reverse proxy that web.trusted.proxies names, or set web.insecure to true.", []),
        _ => (401, "The name or the password is wrong.", []),
    };

    private static HttpHeadField RetryAfter(int seconds) => new("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
}

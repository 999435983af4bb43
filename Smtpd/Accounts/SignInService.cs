using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Configuration;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd.Accounts;

/// <summary>What became of an attempt to sign in.</summary>
internal enum SignInOutcome
{
    Accepted,

    /// <summary>Wrong, whatever it is that was wrong.</summary>
    Refused,

    /// <summary>Not looked at: too many try at once, or the store is in trouble.</summary>
    Busy,

    /// <summary>Not looked at: this name was tried too often, whether it is somebody's or not.</summary>
    Limited,
}

/// <param name="Name">The user, when accepted.</param>
/// <param name="Generation">The user's when his password was compared.</param>
internal readonly record struct SignInResult(SignInOutcome Outcome, string? Name = null, int Generation = 0);

/// <summary>
/// Knows users by their passwords and keys. A name that does not exist, one that is disabled and a wrong password are told apart
/// neither by the answer nor by the time that it takes. Nothing here blocks the caller's thread.
/// </summary>
internal sealed class SignInService : IDisposable
{
    /// <summary>For so long the same name and password are believed without deriving them again.</summary>
    private static readonly TimeSpan MemoryTime = TimeSpan.FromMinutes(1);

    /// <summary>Remembered sign-ins; beyond these everybody derives.</summary>
    private const int MostRemembered = 10_000;

    /// <summary>Pairs of name and address that are remembered; beyond these it begins anew.</summary>
    private const int MostPlaces = 10_000;

    private readonly UserDirectory _users;
    private readonly FailedNames? _failures;
    private readonly SignInSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Log _log;
    private readonly Derivations _derivations = new();
    private readonly byte[] _processKey = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Name, IPAddress From), bool> _places = new();
    private byte[]? _decoyKey;
    private int _changes;

    private sealed record Remembered(byte[] Proof, long Since, int Generation);

    /// <param name="failures">What stops guessing at one name; null for nothing.</param>
    public SignInService(UserDirectory users, SignInSettings settings, TimeProvider clock, Log log, FailedNames? failures = null)
    {
        _users = users;
        _failures = failures;
        _settings = settings;
        _clock = clock;
        _log = log;
        users.Changed += Forget;
    }

    /// <summary>How often a password was derived: what a sign-in costs, whoever tries it.</summary>
    public long Derived => _derivations.Done;

    /// <summary>True when every name and password is taken.</summary>
    public bool TakesAny => _settings.Mode == SignInMode.Any;

    /// <summary>False when nobody could sign in, and it needs not be offered.</summary>
    public bool IsOpen => _settings.Mode != SignInMode.Optional || _users.HasUsers;

    /// <summary>True when CRAM-MD5 can succeed.</summary>
    public bool HasSharedSecrets => !TakesAny && _users.HasSharedSecrets;

    /// <summary>True when SCRAM-SHA-256-PLUS is to be offered inside TLS.</summary>
    public bool OffersChannelBinding => _settings.ChannelBinding;

    /// <summary>Signs in by name and password as they were typed, where every name is taken by any.</summary>
    public ValueTask<SignInResult> ByPasswordAsync(string name, string password)
    {
        if (!TakesAny) return KnownByPasswordAsync(name, password);
        bool isName = Prepared.TryPrepare(name, out string? prepared) && prepared.Length <= User.MostLetters;
        return new(isName ? new SignInResult(SignInOutcome.Accepted, prepared) : new SignInResult(SignInOutcome.Refused));
    }

    /// <summary>Signs in by name and password as they were typed.</summary>
    /// <param name="from">
    /// Where the client is, if that is certain: from where somebody has signed in before he still may while others guess at his name.
    /// </param>
    public async ValueTask<SignInResult> KnownByPasswordAsync(string name, string password, IPAddress? from = null)
    {
        bool isName = Prepared.TryPrepare(name, out string? prepared) && prepared.Length <= User.MostLetters;
        bool isPassword = Prepared.TryPrepare(password, out string? preparedPassword);
        if (isName && isPassword && Remembers(prepared!, preparedPassword!) is { } remembered) return new SignInResult(SignInOutcome.Accepted, prepared, remembered.Generation);
        if (isName && !MayTry(prepared!) && (from is null || !_places.ContainsKey((prepared!, from)))) return new SignInResult(SignInOutcome.Limited);
        int changes = Volatile.Read(ref _changes);
        try
        {
            User? user = isName ? await _users.FindAsync(prepared!, CancellationToken.None).ConfigureAwait(false) : null;
            Credential credential = user?.Credential ?? await DecoyAsync(prepared ?? "").ConfigureAwait(false);
            bool matches = false;
            ScramCredential? better = null;
            if (!await _derivations.RunAsync(() =>
            {
                matches = credential.Matches(preparedPassword ?? "", password) && isPassword && user is { IsDisabled: false };
                if (matches && credential.IsOutdated) better = ScramCredential.Make(preparedPassword!);
            }).ConfigureAwait(false)) return new SignInResult(SignInOutcome.Busy);
            if (!matches)
            {
                if (isName) CountFailure(prepared!);
                return new SignInResult(SignInOutcome.Refused);
            }
            if (better is not null)
                await _users.ChangeAsync(prepared!, now => now.Credential.Text == credential.Text ? now with { Credential = better } : now, CancellationToken.None).ConfigureAwait(false);
            Remember(prepared!, preparedPassword!, user!.Generation, changes);
            if (from is not null) RememberPlace(prepared!, from);
            await NoteAsync(prepared!, from).ConfigureAwait(false);
            return new SignInResult(SignInOutcome.Accepted, prepared, user.Generation);
        }
        catch (StoreException failure)
        {
            return InTrouble(failure);
        }
    }

    private async ValueTask NoteAsync(string name, IPAddress? from)
    {
        try
        {
            await _users.NoteSignInAsync(name, from?.ToString() ?? "", _clock.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            // He has shown who he is, and a note about it is not worth his trouble.
            _log.Warn($"accounts: a sign-in of {name} is not noted: {failure.Message}");
        }
    }

    /// <summary>Derives a credential for a new password, in its turn; null when too many wait already.</summary>
    /// <param name="prepared">The password after SASLprep.</param>
    public async ValueTask<ScramCredential?> MakeCredentialAsync(string prepared)
    {
        ScramCredential? credential = null;
        await _derivations.RunAsync(() => credential = ScramCredential.Make(prepared)).ConfigureAwait(false);
        return credential;
    }

    /// <summary>False when that name, as typed, was tried too often.</summary>
    public bool MayTry(string name) => _failures is null || !Prepared.TryPrepare(name, out string? prepared) || _failures.MayTry(prepared);

    /// <summary>Counts a failure of that name, as typed.</summary>
    public void CountFailure(string name)
    {
        if (Prepared.TryPrepare(name, out string? prepared) && prepared.Length <= User.MostLetters) _failures?.Count(prepared);
    }

    /// <summary>The credential for a SCRAM exchange, and the user when it is a real one's who may sign in.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<(ScramCredential Credential, User? User)> FindScramAsync(string name)
    {
        User? user = Prepared.TryPrepare(name, out string? prepared) ? await _users.FindAsync(prepared, CancellationToken.None).ConfigureAwait(false) : null;
        // A user whose hash is the original's has no SCRAM credential before he has signed in by password.
        return user?.Credential is ScramCredential credential
            ? (credential, user.IsDisabled ? null : user)
            : (await DecoyAsync(prepared ?? name).ConfigureAwait(false), null);
    }

    /// <summary>The user who may sign in without proving a password to us, or null.</summary>
    /// <exception cref="StoreException">The store is in trouble.</exception>
    public async ValueTask<User?> FindEnabledAsync(string name) =>
        Prepared.TryPrepare(name, out string? prepared) && await _users.FindAsync(prepared, CancellationToken.None).ConfigureAwait(false) is { IsDisabled: false } user ? user : null;

    /// <summary>Says in the log why nobody can be known now.</summary>
    public SignInResult InTrouble(StoreException failure)
    {
        _log.Error($"accounts: {failure.Message}; sign-ins are refused for now");
        return new SignInResult(SignInOutcome.Busy);
    }

    /// <summary>
    /// A credential that looks like that of a user of this name, always the same for one name, and that no password matches.
    /// </summary>
    private async ValueTask<ScramCredential> DecoyAsync(string name)
    {
        byte[] key = _decoyKey ??= await _users.DecoyKeyAsync(CancellationToken.None).ConfigureAwait(false);
        byte[] salt = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(name))[..ScramCredential.SaltOctets];
        return new ScramCredential(salt, ScramCredential.StandardIterations, RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes), RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes));
    }

    private Remembered? Remembers(string name, string password)
    {
        if (!_remembered.TryGetValue(name, out Remembered? remembered)) return null;
        if (_clock.GetElapsedTime(remembered.Since) < MemoryTime) return CryptographicOperations.FixedTimeEquals(remembered.Proof, Proof(name, password)) ? remembered : null;
        _remembered.TryRemove(new(name, remembered));
        return null;
    }

    private void RememberPlace(string name, IPAddress from)
    {
        if (_places.Count >= MostPlaces) _places.Clear();
        _places[(name, from)] = true;
    }

    private void Forget(string name)
    {
        Interlocked.Increment(ref _changes);
        _remembered.TryRemove(name, out _);
    }

    /// <param name="changes">How many changes of users there had been when the user was looked up: what was found may not hold any more.</param>
    private void Remember(string name, string password, int generation, int changes)
    {
        if (_remembered.Count >= MostRemembered)
        {
            foreach (KeyValuePair<string, Remembered> one in _remembered)
                if (_clock.GetElapsedTime(one.Value.Since) >= MemoryTime) _remembered.TryRemove(one);
        }
        if (_remembered.Count >= MostRemembered) return;
        _remembered[name] = new Remembered(Proof(name, password), _clock.GetTimestamp(), generation);
        if (Volatile.Read(ref _changes) != changes) _remembered.TryRemove(name, out _);
    }

    public void Dispose()
    {
        _users.Changed -= Forget;
        _derivations.Dispose();
    }

    private byte[] Proof(string name, string password) => HMACSHA256.HashData(_processKey, Encoding.UTF8.GetBytes($"{name}\0{password}"));
}

using System.Diagnostics.CodeAnalysis;

namespace Smtpd.Accounts;

/// <summary>
/// Changes users for superusers who do so from elsewhere. Unlike the command line, which whoever owns the computer may use, it leaves
/// somebody who can look after the others. Every method may throw <see cref="Storage.StoreException"/>.
/// </summary>
/// <param name="mailboxPlus">True where <c>name+tag</c> shares the mailbox of <c>name</c> (<c>smtp.mailbox.plus</c>).</param>
internal sealed class UserChanges(UserDirectory users, SignInService signIns, TimeProvider clock, bool mailboxPlus) : IDisposable
{
    /// <summary>Mailboxes of one user, and domains: every question for his mail goes through them.</summary>
    public const int MostMailboxes = 1_000;

    /// <summary>One at a time: two superusers who demote each other at once would leave none.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="name">As typed.</param>
    public async ValueTask<UserChange> AddAsync(string name, UserWish wish, CancellationToken cancellation)
    {
        if (!Prepared.TryPrepare(name, out string? prepared) || prepared.Length > User.MostLetters)
            return Unfit($"Name: must have 1 to {User.MostLetters} letters and no control characters.");
        if (Read(wish, out MailOwnership ownership) is { } wrong) return wrong;
        if (!TryPreparePassword(wish.Password, out string? password)) return Unfit(UnfitPassword("Password"));
        // Before anything is derived, which takes its time; and once more when it is its turn.
        if (await users.FindAsync(prepared, cancellation).ConfigureAwait(false) is not null) return Taken();
        if (await signIns.MakeCredentialAsync(password).ConfigureAwait(false) is not { } credential) return new UserChange(UserChangeOutcome.Busy);
        var user = new User(prepared, credential)
        {
            IsDisabled = wish.IsEnabled == false,
            IsSuperuser = wish.IsSuperuser == true,
            Mailboxes = ownership.Mailboxes,
            Domains = ownership.Domains,
            // As exactly as stores keep it.
            Created = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
        };
        return await InTurnAsync(async () =>
        {
            if (user is not { IsSuperuser: true, IsDisabled: false } && (await users.ListAsync(cancellation).ConfigureAwait(false)).Count == 0)
                return Unfit("The first user must be a superuser who is enabled: from then on everybody must sign in, and somebody must look after the others.");
            return await users.AddAsync(user, cancellation).ConfigureAwait(false) ? new UserChange(UserChangeOutcome.Done, User: user) : Taken();
        }, cancellation).ConfigureAwait(false);
    }

    /// <param name="name">As it is kept.</param>
    public async ValueTask<UserChange> ChangeAsync(string name, UserWish wish, CancellationToken cancellation)
    {
        if (Read(wish, out MailOwnership ownership) is { } wrong) return wrong;
        if (wish is { Password: null, IsSuperuser: null, IsEnabled: null, Mailboxes: null, Domains: null })
            return Unfit("Say what to change: Enabled, Superuser, Mailboxes, Domains, Password.");
        string? password = null;
        if (wish.Password is not null && !TryPreparePassword(wish.Password, out password)) return Unfit(UnfitPassword("Password"));
        if (await users.FindAsync(name, cancellation).ConfigureAwait(false) is null) return new UserChange(UserChangeOutcome.Absent);
        ScramCredential? credential = null;
        if (password is not null && (credential = await signIns.MakeCredentialAsync(password).ConfigureAwait(false)) is null) return new UserChange(UserChangeOutcome.Busy);
        bool takesRights = wish.IsSuperuser == false || wish.IsEnabled == false;
        return await InTurnAsync(async () =>
        {
            if (takesRights && await IsLastSuperuserAsync(name, cancellation).ConfigureAwait(false))
                return Conflict("This is the last superuser who can sign in, and must stay one. Make another superuser first.");
            return await ApplyAsync(name, user => WithPassword(user, credential, password) with
            {
                IsSuperuser = wish.IsSuperuser ?? user.IsSuperuser,
                IsDisabled = wish.IsEnabled is { } enabled ? !enabled : user.IsDisabled,
                Mailboxes = wish.Mailboxes is null ? user.Mailboxes : ownership.Mailboxes,
                Domains = wish.Domains is null ? user.Domains : ownership.Domains,
                Generation = credential is not null || wish.IsEnabled == false ? user.Generation + 1 : user.Generation,
            }, cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives a user another password, if he is still as he was when he proved the one before.</summary>
    /// <param name="proved">The user as he was then.</param>
    /// <param name="password">As typed.</param>
    public async ValueTask<UserChange> SetPasswordAsync(User proved, string? password, CancellationToken cancellation)
    {
        if (!TryPreparePassword(password, out string? prepared)) return Unfit(UnfitPassword("New"));
        if (await signIns.MakeCredentialAsync(prepared).ConfigureAwait(false) is not { } credential) return new UserChange(UserChangeOutcome.Busy);
        bool isChanged = false;
        UserChange change = await ApplyAsync(proved.Name, user =>
        {
            isChanged = user is { IsDisabled: false } && user.Generation == proved.Generation;
            return isChanged ? WithPassword(user, credential, prepared) with { Generation = user.Generation + 1 } : user;
        }, cancellation).ConfigureAwait(false);
        return change.Outcome == UserChangeOutcome.Done && !isChanged ? Conflict("Your account has changed at this moment. Try again.") : change;
    }

    /// <param name="name">As it is kept.</param>
    public ValueTask<UserChange> DeleteAsync(string name, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        if (await IsLastSuperuserAsync(name, cancellation).ConfigureAwait(false))
            return Conflict("This is the last superuser who can sign in, and cannot be deleted. Make another superuser first.");
        return new UserChange(await users.DeleteAsync(name, cancellation).ConfigureAwait(false) ? UserChangeOutcome.Done : UserChangeOutcome.Absent);
    }, cancellation);

    /// <summary>True when a password may be kept: what <c>smtpd user</c> takes.</summary>
    public static bool TryPreparePassword(string? password, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        return password is { Length: > 0 and <= UserAdministration.MostPasswordLetters } && Prepared.TryPrepare(password, out prepared);
    }

    /// <summary>What is wrong with one that may not be kept.</summary>
    public static string UnfitPassword(string member) => $"{member}: must have 1 to {UserAdministration.MostPasswordLetters} letters and no control characters.";

    /// <summary>Who signs in by CRAM-MD5 still can: what is kept for that is the new one then.</summary>
    private static User WithPassword(User user, ScramCredential? credential, string? prepared) =>
        credential is null ? user : user with { Credential = credential, SharedSecret = user.SharedSecret is null ? null : prepared };

    private async ValueTask<UserChange> ApplyAsync(string name, Func<User, User> change, CancellationToken cancellation)
    {
        User? changed = null;
        return await users.ChangeAsync(name, user => changed = change(user), cancellation).ConfigureAwait(false)
            ? new UserChange(UserChangeOutcome.Done, User: changed)
            : new UserChange(UserChangeOutcome.Absent);
    }

    private async ValueTask<bool> IsLastSuperuserAsync(string name, CancellationToken cancellation)
    {
        IReadOnlyList<User> superusers = [.. (await users.ListAsync(cancellation).ConfigureAwait(false)).Where(user => user is { IsSuperuser: true, IsDisabled: false })];
        return superusers is [{ } last] && last.Name == name;
    }

    private UserChange? Read(UserWish wish, out MailOwnership ownership)
    {
        ownership = default;
        if (wish.Mailboxes is { Count: > MostMailboxes }) return Unfit($"Mailboxes: must not be more than {MostMailboxes}.");
        if (wish.Domains is { Count: > MostMailboxes }) return Unfit($"Domains: must not be more than {MostMailboxes}.");
        return MailOwnership.Read(wish.Mailboxes ?? [], wish.Domains ?? [], mailboxPlus, out ownership) is { } wrong ? Unfit($"{wrong}.") : null;
    }

    private async ValueTask<UserChange> InTurnAsync(Func<ValueTask<UserChange>> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static UserChange Unfit(string problem) => new(UserChangeOutcome.Unfit, problem);

    private static UserChange Conflict(string problem) => new(UserChangeOutcome.Conflict, problem);

    private static UserChange Taken() => Conflict("There is a user of that name already.");

    public void Dispose() => _turn.Dispose();
}

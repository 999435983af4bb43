using Smtpd.Accounts;

namespace Smtpd.Web.Access;

/// <param name="Name">After SASLprep.</param>
/// <param name="Password">After SASLprep.</param>
internal sealed record RegistrationWish(string Name, string Password, string FullName, string Email)
{
    /// <summary>The name alone: nothing else of it belongs in a log.</summary>
    public override string ToString() => Name;
}

internal enum RegistrationOutcome { Kept, NameIsTaken, TooOften, Full, Busy }

/// <summary>Keeps those who ask for an account, so many at a time and so many from one address.</summary>
internal sealed class Registration(WebAccounts accounts)
{
    /// <summary>Disabled users who have registered: beyond them nobody looks through the list any more.</summary>
    private const int MostWaiting = 1_000;

    /// <exception cref="Storage.StoreException">The store is in trouble.</exception>
    public async ValueTask<RegistrationOutcome> AskAsync(ClientOrigin origin, RegistrationWish wish, CancellationToken cancellation)
    {
        if (accounts.Limits?.MaySignIn(origin.Address) == false) return RegistrationOutcome.TooOften;
        // Counts like a failed sign-in: both cost a derivation, and nobody needs many.
        accounts.Limits?.CountFailedSignIn(origin.Address);
        IReadOnlyList<User> users = await accounts.Users.ListAsync(cancellation);
        if (users.Count(user => user.IsDisabled && user.Email.Length > 0) >= MostWaiting) return RegistrationOutcome.Full;
        ScramCredential? credential = await accounts.SignIns.MakeCredentialAsync(wish.Password);
        if (credential is null) return RegistrationOutcome.Busy;
        var user = new User(wish.Name, credential) { IsDisabled = true, FullName = wish.FullName, Email = wish.Email, Created = accounts.Clock.GetUtcNow() };
        return await accounts.Users.AddAsync(user, cancellation) ? RegistrationOutcome.Kept : RegistrationOutcome.NameIsTaken;
    }
}

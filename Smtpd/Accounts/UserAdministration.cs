using Smtpd.Storage;

namespace Smtpd.Accounts;

/// <summary>Carries out what the command <c>user</c> asks for.</summary>
internal sealed partial class UserAdministration(UserDirectory users, Tickets tickets, TimeProvider clock)
{
    /// <summary>A password that is longer than a line of AUTH could not be used.</summary>
    public const int MostPasswordLetters = 1_000;

    /// <summary>True where <c>name+tag</c> shares the mailbox of <c>name</c> (<c>smtp.mailbox.plus</c>).</summary>
    public bool MailboxPlus { get; init; }

    public async ValueTask<UserReply> CarryOutAsync(UserRequest request, CancellationToken cancellation)
    {
        try
        {
            if (request.Verb == UserVerb.List) return await ListAsync(cancellation).ConfigureAwait(false);
            if (!Prepared.TryPrepare(request.Name, out string? name) || name.Length > User.MostLetters)
                return UserReply.Failed($"the name must have 1 to {User.MostLetters} letters and no control characters");
            return request.Verb switch
            {
                UserVerb.Add => await AddAsync(request, name, cancellation).ConfigureAwait(false),
                UserVerb.Passwd => await ChangePasswordAsync(request, name, cancellation).ConfigureAwait(false),
                UserVerb.Disable => Changed(name, await users.ChangeAsync(name, user => user with { IsDisabled = true, Generation = user.Generation + 1 }, cancellation).ConfigureAwait(false)),
                UserVerb.Enable => Changed(name, await users.ChangeAsync(name, user => user with { IsDisabled = false }, cancellation).ConfigureAwait(false)),
                UserVerb.Set => await SetAsync(request, name, cancellation).ConfigureAwait(false),
                UserVerb.Token => await TokenAsync(request, name, cancellation).ConfigureAwait(false),
                UserVerb.Tokens => await ListTokensAsync(name, cancellation).ConfigureAwait(false),
                _ => Changed(name, await users.DeleteAsync(name, cancellation).ConfigureAwait(false)),
            };
        }
        catch (StoreException failure)
        {
            return UserReply.Failed(failure.Message);
        }
    }

    private async ValueTask<UserReply> AddAsync(UserRequest request, string name, CancellationToken cancellation)
    {
        if (MailOwnership.Read(request.Mailboxes, request.Domains, MailboxPlus, out MailOwnership property) is { } wrong) return UserReply.Failed(wrong);
        (Credential? credential, string? secret, string? problem) = await MakeCredentialAsync(request, cancellation).ConfigureAwait(false);
        if (credential is null) return UserReply.Failed(problem!);
        var user = new User(name, credential)
        {
            SharedSecret = secret,
            IsSuperuser = request.Superuser,
            Mailboxes = property.Mailboxes,
            Domains = property.Domains,
            Created = clock.GetUtcNow(),
        };
        return await users.AddAsync(user, cancellation).ConfigureAwait(false) ? UserReply.Done() : UserReply.Failed($"{name}: there is such a user already");
    }

    private async ValueTask<UserReply> ChangePasswordAsync(UserRequest request, string name, CancellationToken cancellation)
    {
        (Credential? credential, string? secret, string? problem) = await MakeCredentialAsync(request, cancellation).ConfigureAwait(false);
        if (credential is null) return UserReply.Failed(problem!);
        return Changed(name, await users.ChangeAsync(name, user => user with { Credential = credential, SharedSecret = secret, Generation = user.Generation + 1 }, cancellation).ConfigureAwait(false));
    }

    /// <summary>Derives on a thread of the pool.</summary>
    private static async ValueTask<(Credential? Credential, string? Secret, string? Problem)> MakeCredentialAsync(UserRequest request, CancellationToken cancellation)
    {
        if (request.IsHash)
        {
            if (request.SharedSecret) return (null, null, "CRAM-MD5 needs the password; a hash of it does not do");
            return OriginalCredential.TryParse(request.Password ?? "", out OriginalCredential? original)
                ? (original, null, null)
                : (null, null, "this is not a hash of the original: eight letters and 40 hexadecimal digits");
        }
        if (request.Password is not { Length: > 0 and <= MostPasswordLetters } password || !Prepared.TryPrepare(password, out string? prepared))
            return (null, null, $"the password must have 1 to {MostPasswordLetters} letters and no control characters");
        Credential credential = await Task.Run(() => ScramCredential.Make(prepared), cancellation).ConfigureAwait(false);
        return (credential, request.SharedSecret ? prepared : null, null);
    }

    private static UserReply Changed(string name, bool isThere) => isThere ? UserReply.Done() : UserReply.Failed($"{name}: there is no such user");

    private async ValueTask<UserReply> ListAsync(CancellationToken cancellation) =>
        UserReply.Done([.. (await users.ListAsync(cancellation).ConfigureAwait(false)).Select(Describe)]);

    /// <summary>Name, state, and what else is known of him, with tabs between.</summary>
    private static string Describe(User user)
    {
        List<string> traits = [user.IsDisabled ? "disabled" : "enabled"];
        if (user.IsSuperuser) traits.Add("superuser");
        if (user.SharedSecret is not null) traits.Add("cram");
        if (user.Credential is OriginalCredential) traits.Add("hash");
        string[] claim = user.Email.Length == 0 ? [] : [$"registered as {user.FullName} <{user.Email}>"];
        return string.Join('\t', [user.Name, string.Join(',', traits), .. user.Mailboxes, .. user.Domains.Select(domain => $"@{domain}"), .. claim]);
    }
}

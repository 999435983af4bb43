using System.Globalization;

namespace Smtpd.Accounts;

/// <summary>What is a user's, and his tokens.</summary>
internal sealed partial class UserAdministration
{
    private async ValueTask<UserReply> SetAsync(UserRequest request, string name, CancellationToken cancellation)
    {
        if (MailOwnership.Read(request.Mailboxes, request.Domains, MailboxPlus, out MailOwnership more) is { } wrong) return UserReply.Failed(wrong);
        if (MailOwnership.Read(request.NoMailboxes, request.NoDomains, MailboxPlus, out MailOwnership less) is { } wrongToo) return UserReply.Failed(wrongToo);
        // Also as they are written: they may have been given before tags were passed over.
        MailOwnership.Read(request.NoMailboxes, [], ignoresTags: false, out MailOwnership written);
        if (request.Superuser && request.NoSuperuser) return UserReply.Failed("a superuser or not: both at once cannot be");
        if (!request.Superuser && !request.NoSuperuser && more.Mailboxes.Count + more.Domains.Count + less.Mailboxes.Count + less.Domains.Count == 0)
            return UserReply.Failed("say what to set: --superuser, --no-superuser, --mailbox, --no-mailbox, --domain, --no-domain");
        return Changed(name, await users.ChangeAsync(name, user => user with
        {
            IsSuperuser = request.Superuser || (user.IsSuperuser && !request.NoSuperuser),
            Mailboxes = [.. user.Mailboxes.Except(less.Mailboxes).Except(written.Mailboxes).Union(more.Mailboxes)],
            Domains = [.. user.Domains.Except(less.Domains).Union(more.Domains)],
        }, cancellation).ConfigureAwait(false));
    }

    private async ValueTask<UserReply> TokenAsync(UserRequest request, string name, CancellationToken cancellation)
    {
        if (await users.FindAsync(name, cancellation).ConfigureAwait(false) is null) return Changed(name, false);
        if (request.DeletedToken is { } deleted) return await DeleteTokenAsync(name, deleted, cancellation).ConfigureAwait(false);
        if (request.Note.Length > Ticket.MostNoteLetters || request.Note.Any(char.IsControl))
            return UserReply.Failed($"the note must have at most {Ticket.MostNoteLetters} letters and no control characters");
        return await tickets.MakeTokenAsync(name, request.Note, cancellation).ConfigureAwait(false) is { } secret
            ? UserReply.Done(secret)
            : UserReply.Failed($"{name}: there are {ITicketStore.MostTokens} tokens already; delete some first");
    }

    private async ValueTask<UserReply> DeleteTokenAsync(string name, string which, CancellationToken cancellation)
    {
        bool isNumber = long.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out long id);
        if (!isNumber && which != UserRequest.AllTokens) return UserReply.Failed($"{which}: neither the number of a token nor {UserRequest.AllTokens}; smtpd user tokens NAME tells the numbers");
        int deleted = await users.DeleteTicketsAsync(name, TicketKind.Token, isNumber ? id : null, cancellation).ConfigureAwait(false);
        return deleted > 0 || !isNumber ? UserReply.Done() : UserReply.Failed($"{name}: there is no token {which}");
    }

    /// <summary>Number, what it is for, when it was made and about when it was used last, with tabs between.</summary>
    private async ValueTask<UserReply> ListTokensAsync(string name, CancellationToken cancellation)
    {
        if (await users.FindAsync(name, cancellation).ConfigureAwait(false) is null) return Changed(name, false);
        IReadOnlyList<Ticket> tokens = await users.ListTicketsAsync(name, TicketKind.Token, cancellation).ConfigureAwait(false);
        return UserReply.Done([.. tokens.Select(token => string.Create(CultureInfo.InvariantCulture,
            $"{token.Id}\t{token.Note}\t{token.Created:yyyy-MM-dd HH:mm:ss}Z\t{(token.LastUsed is { } used ? $"{used:yyyy-MM-dd HH:mm:ss}Z" : "never used")}"))]);
    }
}

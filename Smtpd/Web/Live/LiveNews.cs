using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>What of an event somebody may know, by whose entries he may see.</summary>
internal static class LiveNews
{
    /// <summary>True when it may be about entries of the scope.</summary>
    public static bool Concerns(MailEvent news, MailScope scope) =>
        news.Kind == MailEventKind.New ? scope.IsEverything || news.Mailboxes.Any(scope.Contains) : news.Scope.Meets(scope);

    /// <summary>
    /// True when the event does not say what it means here. Marks are those of the entries in the event's scope: in a larger one the
    /// message may still be unread, or still be there; in a smaller one it may never have been there, and then nothing is told.
    /// </summary>
    public static bool NeedsLook(MailEvent news, MailScope scope) =>
        news.Kind is MailEventKind.Changed or MailEventKind.Deleted && !(news.Scope.Covers(scope) && scope.Covers(news.Scope));

    /// <summary>The event as it is seen in the scope.</summary>
    /// <param name="found">The message as it is there now; null when it is not.</param>
    /// <returns>Null when all that can be said is that something may have changed.</returns>
    public static MailEvent? AsSeen(MailEvent news, MailScope scope, MessageSummary? found)
    {
        if (found is null) return news.Kind == MailEventKind.Deleted && scope.Covers(news.Scope) ? news : null;
        return new MailEvent(MailEventKind.Changed, news.Id)
        {
            Marks = news.Kind == MailEventKind.Deleted ? new Marks(found.Read, found.Starred) : new Marks(news.Marks.Read is null ? null : found.Read, news.Marks.Starred is null ? null : found.Starred),
            Tags = news.Kind == MailEventKind.Deleted || news.Tags is not null ? found.Tags : null,
            Scope = scope,
        };
    }
}

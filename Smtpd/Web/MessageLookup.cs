using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>Finds the message that a path names.</summary>
internal sealed class MessageLookup(IMailStore store)
{
    /// <summary>Stands for the newest message wherever an id is.</summary>
    public const string Latest = "latest";

    /// <summary>The longest part of a bad id that is worth repeating to whoever sent it.</summary>
    private const int Shown = 64;

    /// <param name="scope">Whose messages are looked for.</param>
    /// <param name="id">24 hexadecimal digits or <see cref="Latest"/>.</param>
    public async ValueTask<MessageSummary?> FindAsync(MailScope scope, string id, CancellationToken cancellation)
    {
        MessageId? wanted = id == Latest ? await store.LatestAsync(scope, cancellation) : MessageId.TryParse(id, out MessageId parsed) ? parsed : null;
        return wanted is { } known ? await store.FindAsync(scope, known, cancellation) : null;
    }

    public static Answer NotFound(string id) =>
        BytesAnswer.Error(404, id == Latest ? "There is no message yet." : $"There is no message with the ID \"{(id.Length > Shown ? id[..Shown] + "…" : id)}\".");
}

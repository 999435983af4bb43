using System.Buffers;
using System.Net;
using System.Text;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Storage.Spooling;

/// <summary>Makes of a message in the spool what it was when it came, under the id that it has.</summary>
/// <param name="staging">Where bodies wait on their way out; apart from those on their way in.</param>
internal sealed class SpooledMail(SqliteStore spool, BodyStaging staging, bool ignoresTags)
{
    private const int PieceOctets = 256 * 1024;

    /// <summary>The message; the caller disposes of it. Null when it is not there any more.</summary>
    public async ValueTask<ReceivedMail?> LoadAsync(MessageSummary message, CancellationToken cancellation)
    {
        if (await spool.FindPartsAsync(message.Id, cancellation).ConfigureAwait(false) is not { } parts) return null;
        if (await spool.OpenSourceAsync(message.Id, cancellation).ConfigureAwait(false) is not { } source) return null;
        var body = new MessageBody(staging);
        try
        {
            await using (source.ConfigureAwait(false)) await FillAsync(body, source, cancellation).ConfigureAwait(false);
            var mail = new ReceivedMail
            {
                Envelope = EnvelopeOf(message.Envelope),
                Content = new ScannedMessage(message.Header, parts, message.Snippet),
                Body = body,
                Helo = message.Envelope.Helo,
                ClientAddress = IPAddress.Parse(message.Envelope.ClientAddress),
                Tls = message.Envelope.Tls,
                User = message.Envelope.User,
                Created = message.Created,
            };
            mail.GiveId(message.Id);
            return mail;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static async ValueTask FillAsync(MessageBody body, Stream source, CancellationToken cancellation)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            for (int read; (read = await source.ReadAsync(piece, cancellation).ConfigureAwait(false)) > 0;)
            {
                for (int done = 0; done < read;)
                {
                    int room = body.MakeRoom(read - done);
                    if (room == 0) await body.SpillAsync().ConfigureAwait(false);
                    else body.Append(piece.AsSpan(done, room));
                    done += room;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private Envelope EnvelopeOf(StoredEnvelope stored)
    {
        var envelope = new Envelope(stored.From.Length == 0 ? null : AddressOf(stored.From), 0) { Return = stored.Notifications?.Return, EnvelopeId = stored.Notifications?.EnvelopeId };
        Dictionary<string, StoredNotification> requests = stored.Notifications?.Recipients.DistinctBy(one => one.Address).ToDictionary(one => one.Address, StringComparer.Ordinal) ?? [];
        foreach (string recipient in stored.To)
            envelope.Add(AddressOf(recipient), requests.TryGetValue(recipient, out StoredNotification? request) ? new NotificationRequest(NotifyOf(request.Notify), request.OriginalRecipient) : null);
        return envelope;
    }

    /// <summary>What was once taken for an address is taken again, whatever rules have changed meanwhile.</summary>
    private MailAddress AddressOf(string text)
    {
        if (MailAddress.TryParse(Encoding.UTF8.GetBytes(text), out MailAddress? parsed) == AddressError.None && parsed is not null) return parsed with { IgnoresTag = ignoresTags };
        int at = text.LastIndexOf('@');
        return (at < 0 ? new MailAddress(text, "") : new MailAddress(text[..at], text[(at + 1)..])) with { IgnoresTag = ignoresTags };
    }

    private static Notify NotifyOf(string? words)
    {
        Notify notify = Notify.Unsaid;
        foreach (string word in words?.Split(',') ?? [])
            notify |= word switch { "NEVER" => Notify.Never, "SUCCESS" => Notify.Success, "FAILURE" => Notify.Failure, "DELAY" => Notify.Delay, _ => Notify.Unsaid };
        return notify;
    }
}

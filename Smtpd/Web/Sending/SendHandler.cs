using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Smtpd.Configuration;
using Smtpd.Mail;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Sending;

/// <summary><c>POST /api/v1/send</c>: makes a message of what the body holds and takes it as if it had come by SMTP.</summary>
internal sealed class SendHandler(SendingRules rules, MailChanges changes, Metrics metrics, PolicyTally tally, Log log) : IHandler
{
    /// <summary>Room in a request for what is not the content of files: names, texts, line ends in base64.</summary>
    private const int Slack = 1024 * 1024;

    /// <summary>Limits are of what comes within a minute.</summary>
    private static readonly HttpHeadField s_afterAMinute = new("Retry-After", "60");

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        IPAddress client = request.Origin.Address;
        bool isSignedIn = request.Visitor.Name is not null;
        if (rules.RefuseClient(client, isSignedIn) is { } refusal) return Reject(refusal, request, null);
        // Base64 makes four letters of three octets.
        long limit = (rules.Settings.MaxMessageBytes * 4 / 3) + Slack;
        using SendBody body = await SendBody.ReadAsync(request.Body.OpenRead(limit), rules.Intake.NewBody(), cancellation);
        if (body.HasTooMuch) return BytesAnswer.Error(413, $"The body must not be longer than {JsonSkeleton.MostOctets} octets without its long texts.");
        try
        {
            if (body.Parse() is not { } wanted) return Malformed();
            Draft draft = new DraftReader(rules.Settings.MaxRecipients, body.IsLong).Read(wanted);
            return rules.RefuseEnvelope(draft, client, isSignedIn, tally) is { } refused
                ? Reject(refused, request, draft)
                : await TakeAsync(draft, body, request, cancellation);
        }
        catch (JsonException failure)
        {
            return Malformed(failure.Path);
        }
        catch (SendProblemException problem)
        {
            return BytesAnswer.Error(422, problem.Message);
        }
    }

    private async ValueTask<Answer> TakeAsync(Draft draft, SendBody body, HttpRequest request, CancellationToken cancellation)
    {
        IPAddress client = request.Origin.Address;
        DateTimeOffset now = rules.Clock.GetUtcNow();
        var envelope = new Envelope(draft.From.Address, 0) { IsInternational = draft.Recipients.Append(draft.From.Address).Any(one => one.IsInternational) };
        foreach (MailAddress recipient in draft.Recipients) envelope.Add(rules.Settings.MailboxPlus ? recipient with { IgnoresTag = recipient.LocalPart.Contains('+') } : recipient);
        // What stands where a client's name would be is its address, as RFC 5321 §4.1.4 has it for clients without a name.
        string helo = client.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{client}]" : $"[{client}]";
        MessageBody octets = rules.Intake.NewBody();
        TraceLines.Write(octets, envelope, helo, client, rules.Settings.Domain, "HTTP", now);
        if (rules.Spam is not null && rules.Settings.SpamAction == SpamAction.Tag) TraceLines.ReserveSpamFlag(octets);
        using var sink = new MessageSink(octets, rules.Settings.MaxMessageBytes);
        await new DraftWriter(draft, body, sink, rules.Settings.Domain).WriteAsync(now);
        if (sink.IsTooBig)
            return Reject(new SendRefusal(RejectionReason.Size, 413, $"The message must not be longer than {rules.Settings.MaxMessageBytes} octets (smtp.max.message.bytes)."), request, draft);

        if (rules.Spam is not null && await rules.Spam.MatchesAsync(octets, sink.Start, sink.Content.Header.Subject))
        {
            tally.CountSpam();
            switch (rules.Settings.SpamAction)
            {
                case SpamAction.Reject: return Reject(new SendRefusal(RejectionReason.Spam, 422, "The message looks like spam and is refused."), request, draft);
                case SpamAction.Discard: return Ignore();
                default: TraceLines.FlagSpam(octets); break;
            }
        }
        using var mail = new ReceivedMail
        {
            Envelope = envelope,
            Content = sink.Content,
            Body = octets,
            Helo = helo,
            ClientAddress = client,
            User = request.Visitor.Name,
            Created = now,
        };
        AcceptOutcome outcome = await rules.Intake.AcceptAsync(mail);
        // The thread that tells of it has others to tell.
        await Task.Yield();
        switch (outcome)
        {
            case AcceptOutcome.Full: return Reject(SendRefusal.StoreFull, request, draft);
            case AcceptOutcome.Failed: return Reject(SendRefusal.StoreFailed, request, draft);
            case AcceptOutcome.Discarded: return Ignore();
        }
        metrics.Accepted.Increment();
        metrics.AcceptedOctets.Add(octets.Length);
        ListenerOf(request)?.Messages.Increment();
        log.Info($"web: {client} sent message {mail.Id} of {octets.Length} octets to {envelope.Recipients.Count} recipients");
        if (draft.Tags.Count > 0) await TagAsync(request.Visitor.Scope, mail.Id, draft.Tags, cancellation);
        return Taken(mail.Id.ToString());
    }

    /// <summary>Tags what of the message is the sender's; over other people's mailboxes he has no say.</summary>
    private async ValueTask TagAsync(MailScope scope, MessageId id, IReadOnlyList<string> tags, CancellationToken cancellation)
    {
        try
        {
            await changes.SetTagsAsync(scope, [id], tags, cancellation);
        }
        catch (StoreException failure)
        {
            // The message is stored: an error would have it sent again.
            log.Warn($"web: message {id} cannot be tagged: {failure.Message}");
        }
    }

    /// <param name="draft">Null when nothing of the message was looked at.</param>
    private BytesAnswer Reject(SendRefusal refusal, HttpRequest request, Draft? draft)
    {
        metrics.Rejected.Increment();
        metrics.Rejections.Count(refusal.Reason);
        List<MailAddress> recipients = [.. draft?.Recipients ?? []];
        bool isAboutOne = refusal.To.Length > 0;
        string to = isAboutOne || recipients.Count == 0 ? refusal.To : recipients[0].ToString();
        metrics.Rejections.Keep(new Rejection(rules.Clock.GetUtcNow(), request.Origin.Address, "", request.Visitor.Name ?? "", draft?.From.Address.ToString() ?? "", to,
            isAboutOne ? 1 : recipients.Count, $"{refusal.Status} {refusal.Text}", refusal.Reason, ListenerOf(request)?.Name ?? ""));
        return refusal.Reason == RejectionReason.Limited ? BytesAnswer.Error(refusal.Status, refusal.Text, s_afterAMinute) : BytesAnswer.Error(refusal.Status, refusal.Text);
    }

    private ListenerFigures? ListenerOf(HttpRequest request) => metrics.Listeners.FirstOrDefault(one => one.Protocol == "http" && one.Address.Equals(request.Listener));

    private BytesAnswer Ignore()
    {
        metrics.Ignored.Increment();
        return Taken("");
    }

    private static BytesAnswer Taken(string id) => BytesAnswer.Json(200, new SendAnswer(id), ApiJson.Default.SendAnswer);

    private static BytesAnswer Malformed(string? path = null) =>
        BytesAnswer.Error(400, $"The body must be a JSON object as docs/api.md describes it: {(path is null ? "it is not JSON" : $"at {path}")}.");
}

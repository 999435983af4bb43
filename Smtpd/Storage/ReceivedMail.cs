using System.Net;
using System.Threading.Tasks.Sources;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage;

/// <summary>What became of a message that was handed to the <see cref="Intake"/>.</summary>
internal enum AcceptOutcome
{
    /// <summary>Durably stored under its id.</summary>
    Stored,

    /// <summary>Announced and let go, because the configuration says so (<c>smtp.store.messages</c>).</summary>
    Discarded,

    /// <summary>Not stored: there is no room.</summary>
    Full,

    /// <summary>Not stored: the store is in trouble.</summary>
    Failed,
}

/// <summary>A whole message that waits for the store, and the task of the session that waits with it.</summary>
internal sealed class ReceivedMail : IValueTaskSource<AcceptOutcome>, IDisposable
{
    private ManualResetValueTaskSourceCore<AcceptOutcome> _source;

    public required Envelope Envelope { get; init; }

    /// <summary>What the scanner found; its offsets count in the <see cref="Body"/>.</summary>
    public required ScannedMessage Content { get; init; }

    public required MessageBody Body { get; init; }

    /// <summary>The client's argument to HELO or EHLO.</summary>
    public required string Helo { get; init; }

    public required IPAddress ClientAddress { get; init; }

    /// <summary>See <see cref="StoredEnvelope.Tls"/>.</summary>
    public string? Tls { get; init; }

    /// <summary>See <see cref="StoredEnvelope.User"/>.</summary>
    public string? User { get; init; }

    /// <summary>When the last octet had come, UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>True when its client did not hurry: nothing that it does next hangs on a few milliseconds.</summary>
    public bool MayWait { get; init; }

    /// <summary>Given when the message takes its place in a batch.</summary>
    public MessageId Id { get; private set; }

    /// <summary>Under which number the store keeps the octets written ahead; 0 when none were. The store's own.</summary>
    public long SourceNumber { get; set; }

    /// <summary>How many octets of the body the store has written ahead. The store's own.</summary>
    public long WrittenAhead { get; set; }

    public ValueTask<AcceptOutcome> Outcome => new(this, _source.Version);

    public void GiveId(MessageId id)
    {
        Id = id;
        Body.SetId(id);
    }

    /// <summary>Wakes the session on the calling thread. Called once.</summary>
    public void Complete(AcceptOutcome outcome) => _source.SetResult(outcome);

    /// <summary>The envelope as it is kept with the message.</summary>
    public StoredEnvelope EnvelopeToKeep() => new(Envelope.ReversePath?.ToString() ?? "", [.. Envelope.Recipients.Select(one => one.ToString())], Helo, ClientAddress.ToString(), NotificationsToKeep())
    {
        Tls = Tls,
        User = User,
    };

    /// <summary>What the sender asked about notifications; null when nothing.</summary>
    public StoredNotifications? NotificationsToKeep()
    {
        if (!Envelope.HasRequests) return null;
        var recipients = new List<StoredNotification>();
        foreach (MailAddress one in Envelope.Recipients)
            if (Envelope.RequestFor(one) is { } request) recipients.Add(new StoredNotification(one.ToString(), request.NotifyText, request.OriginalRecipient));
        return new StoredNotifications(Envelope.Return, Envelope.EnvelopeId, recipients);
    }

    public MessageSummary Summarize() => new(Id, Created, Body.Length, Read: false, Starred: false, Content.Header, EnvelopeToKeep(),
        Content.Snippet, Content.Parts.Count(PartKind.Attachment));

    AcceptOutcome IValueTaskSource<AcceptOutcome>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<AcceptOutcome>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<AcceptOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public void Dispose() => Body.Dispose();
}

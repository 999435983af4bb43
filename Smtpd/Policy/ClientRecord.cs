using Smtpd.Configuration;

namespace Smtpd.Policy;

/// <summary>What is counted of one address. Its sessions run on several threads; each call holds its lock for a few comparisons.</summary>
internal sealed class ClientRecord(ulong key, ClientLimits limits)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private int _connections;
    private Allowance _arrivals;
    private Allowance _messages;
    private Allowance _recipients;
    private Allowance _badCommands;
    private Allowance _badRecipients;
    private Allowance _failedSignIns;

    public ulong Key { get; } = key;

    public bool IsConnected => Volatile.Read(ref _connections) > 0;

    private LimitSettings Settings => limits.Settings;

    public ClientVerdict Enter()
    {
        lock (_lock)
        {
            // Who has used up his errors elsewhere does not get a new connection for more of them.
            if (!_badCommands.IsLeft(Settings.BadCommands, Minute, limits.Clock) || !_badRecipients.IsLeft(Settings.BadRecipients, Minute, limits.Clock)) return ClientVerdict.TooManyErrors;
            if (Settings.Connections > 0 && _connections >= Settings.Connections) return ClientVerdict.TooMany;
            if (!_arrivals.TryTake(Settings.ConnectionsPerMinute, Minute, limits.Clock)) return ClientVerdict.TooOften;
            _connections++;
            return ClientVerdict.Welcome;
        }
    }

    public void Leave()
    {
        lock (_lock) _connections--;
    }

    public bool MayBeginMessage() => TryTake(ref _messages, Settings.MessagesPerMinute, Minute);

    public bool MayNameRecipient() => TryTake(ref _recipients, Settings.RecipientsPerMinute, Minute);

    public bool CountBadCommand() => Count(ref _badCommands, Settings.BadCommands, Minute);

    public bool CountBadRecipient() => Count(ref _badRecipients, Settings.BadRecipients, Minute);

    public bool CountFailedSignIn() => Count(ref _failedSignIns, Settings.FailedSignIns, Hour);

    public bool MaySignIn()
    {
        lock (_lock) return _failedSignIns.IsLeft(Settings.FailedSignIns, Hour, limits.Clock);
    }

    private bool TryTake(ref Allowance allowance, int limit, TimeSpan period)
    {
        lock (_lock) return allowance.TryTake(limit, period, limits.Clock);
    }

    /// <summary>Takes one; false when none is left behind it.</summary>
    private bool Count(ref Allowance allowance, int limit, TimeSpan period)
    {
        lock (_lock)
        {
            allowance.TryTake(limit, period, limits.Clock);
            return allowance.IsLeft(limit, period, limits.Clock);
        }
    }
}

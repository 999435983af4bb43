using System.Net;
using Smtpd.Configuration;
using Smtpd.Network;

namespace Smtpd.Policy;

/// <summary>Whether a client may come in.</summary>
internal enum ClientVerdict { Welcome, TooMany, TooOften, TooManyErrors }

/// <summary>
/// Counts what each client's address does (<c>smtp.limit.*</c>): IPv4 by address, IPv6 by /64, which is what one customer gets.
/// Loopback and trusted clients are not counted. Knows so many addresses and no more; the one that was not heard of for longest
/// makes room.
/// </summary>
internal sealed class ClientLimits
{
    /// <summary>Some 20 MiB at the most. Who has more addresses than this to come from is not stopped by counting them.</summary>
    public const int MostAddresses = 65_536;

    private readonly RecipientPolicy _policy;
    private readonly int _mostAddresses;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, LinkedListNode<ClientRecord>> _records = [];
    private readonly LinkedList<ClientRecord> _byAge = new();

    /// <param name="mostAddresses">How many addresses are known at once.</param>
    public ClientLimits(LimitSettings settings, RecipientPolicy policy, TimeProvider clock, int mostAddresses = MostAddresses)
    {
        Settings = settings;
        Clock = clock;
        _policy = policy;
        _mostAddresses = mostAddresses;
    }

    public LimitSettings Settings { get; }

    public TimeProvider Clock { get; }

    /// <summary>How many addresses are known now.</summary>
    public int Addresses
    {
        get { lock (_lock) return _records.Count; }
    }

    /// <summary>Counts a connection.</summary>
    /// <param name="visit">What counts the client's doings while it is connected; null when it is not counted, or not welcome.</param>
    public ClientVerdict Enter(IPAddress client, out ClientVisit? visit)
    {
        visit = null;
        if (IsExempt(client)) return ClientVerdict.Welcome;
        ClientRecord record = Find(client, entering: true)!;
        ClientVerdict verdict = record.Enter();
        if (verdict == ClientVerdict.Welcome) visit = new ClientVisit(record);
        return verdict;
    }

    /// <summary>True while the address may try to sign in. By any protocol: the count is one.</summary>
    public bool MaySignIn(IPAddress client) => IsExempt(client) || Find(client, entering: false) is not { } record || record.MaySignIn();

    /// <summary>Counts a sign-in that failed. False when it was the last one that the address has for now.</summary>
    public bool CountFailedSignIn(IPAddress client) => IsExempt(client) || Find(client, entering: true)!.CountFailedSignIn();

    private bool IsExempt(IPAddress client) => IPAddress.IsLoopback(client) || _policy.IsTrusted(client);

    /// <param name="entering">True to make a record where there is none.</param>
    private ClientRecord? Find(IPAddress client, bool entering)
    {
        ulong key = AddressKey.Of(client);
        lock (_lock)
        {
            if (_records.TryGetValue(key, out LinkedListNode<ClientRecord>? known))
            {
                _byAge.Remove(known);
                _byAge.AddLast(known);
                return known.Value;
            }
            if (!entering) return null;
            if (_records.Count >= _mostAddresses) MakeRoom();
            LinkedListNode<ClientRecord> added = _byAge.AddLast(new ClientRecord(key, this));
            _records.Add(key, added);
            return added.Value;
        }
    }

    /// <summary>Forgets the oldest that is not connected. Connected ones are few beside the rest; they go to the end of the row.</summary>
    private void MakeRoom()
    {
        for (int left = _byAge.Count; left > 0; left--)
        {
            LinkedListNode<ClientRecord> oldest = _byAge.First!;
            _byAge.RemoveFirst();
            if (!oldest.Value.IsConnected || left == 1)
            {
                _records.Remove(oldest.Value.Key);
                return;
            }
            _byAge.AddLast(oldest);
        }
    }
}

/// <summary>One connection of a counted client.</summary>
internal sealed class ClientVisit(ClientRecord record)
{
    private bool _left;

    /// <summary>Counts a message. False when there were too many.</summary>
    public bool MayBeginMessage() => record.MayBeginMessage();

    /// <summary>Counts a recipient. False when there were too many.</summary>
    public bool MayNameRecipient() => record.MayNameRecipient();

    /// <summary>Counts a refused command. False when it is one too many.</summary>
    public bool CountBadCommand() => record.CountBadCommand();

    /// <summary>Counts a refused recipient. False when it is one too many.</summary>
    public bool CountBadRecipient() => record.CountBadRecipient();

    /// <summary>The connection is at its end.</summary>
    public void Leave()
    {
        if (!_left) record.Leave();
        _left = true;
    }
}

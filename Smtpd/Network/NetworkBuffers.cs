namespace Smtpd.Network;

/// <summary>What connections borrow while octets move, and give back before they wait for a command.</summary>
internal sealed class NetworkBuffers
{
    /// <summary>One read of a body. Also the slice in which a message is parsed.</summary>
    public const int ReadOctets = 64 * 1024;

    /// <summary>32 MiB of read buffers; the bodies of connections beyond that are read through their command buffers.</summary>
    private const int MostReadBuffers = 512;

    private readonly Lock _lock = new();
    private readonly Stack<Outbox> _outboxes = new();

    public BufferPool Reads { get; } = new(ReadOctets, MostReadBuffers);

    public Outbox TakeOutbox()
    {
        lock (_lock)
        {
            if (_outboxes.TryPop(out Outbox? outbox)) return outbox;
        }
        return new Outbox();
    }

    public void Return(Outbox outbox)
    {
        outbox.Clear();
        lock (_lock) _outboxes.Push(outbox);
    }
}

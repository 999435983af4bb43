using System.Buffers.Binary;
using System.Security.Cryptography;
using Smtpd.Mail;

namespace Smtpd.Storage;

/// <summary>
/// Gives ids that only ever grow. A clock that goes back does not: the last second is used until the clock has caught up.
/// Not safe for several threads at once; the intake's writer is the only caller.
/// </summary>
internal sealed class MessageIdSource
{
    private readonly TimeProvider _clock;
    private readonly ulong _process;
    private uint _seconds;
    private uint _counter;

    /// <param name="newest">The newest id in the store; every id given is greater, whatever this process's random octets are.</param>
    public MessageIdSource(MessageId newest, TimeProvider clock)
    {
        _clock = clock;
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random[3..]);
        random[..3].Clear();
        _process = BinaryPrimitives.ReadUInt64BigEndian(random);
        _seconds = newest.Seconds + 1;
    }

    public MessageId Next()
    {
        uint now = (uint)_clock.GetUtcNow().ToUnixTimeSeconds();
        if (now > _seconds)
        {
            _seconds = now;
            _counter = 0;
        }
        else if (++_counter > 0xFF_FFFF)
        {
            _seconds++;
            _counter = 0;
        }
        return new MessageId(_seconds, _process, _counter);
    }
}

using System.Buffers;

namespace Smtpd.Storage;

/// <summary>
/// The memory in which bodies wait. Arrays that the runtime keeps among its large objects are made once and lent again and again:
/// shared pools drop what comes back to a thread that did not borrow it, and large garbage stays until a full collection.
/// </summary>
internal sealed class BodyMemory
{
    /// <summary>Octets that all bodies under way may use together; what comes on top goes to files early.</summary>
    private const long MostOctets = 64L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _medium = new();
    private readonly Stack<byte[]> _large = new();
    private long _left = MostOctets;
    private long _kept;

    /// <summary>An everyday mail with its trace lines.</summary>
    public const int SmallOctets = 8 * 1024;

    /// <summary>A longer text. The longest that the runtime does not treat as a large object.</summary>
    public const int TextOctets = 64 * 1024;

    /// <summary>What is collected before it goes to a file in one write.</summary>
    public const int PieceOctets = 256 * 1024;

    /// <summary>Where memory ends and the file begins: all but a few mails never see a file.</summary>
    public const int LargestOctets = 2 * 1024 * 1024;

    /// <summary>The smallest of the sizes that holds so many octets; the largest where none does.</summary>
    public static int SizeFor(int octets) => octets switch
    {
        <= SmallOctets => SmallOctets,
        <= TextOctets => TextOctets,
        <= PieceOctets => PieceOctets,
        _ => LargestOctets,
    };

    /// <summary>Memory of unknown content, or null when the share of all bodies is used up.</summary>
    /// <param name="octets">One of the four sizes.</param>
    public byte[]? TryRent(int octets)
    {
        if (Interlocked.Add(ref _left, -octets) >= 0) return Take(octets);
        Interlocked.Add(ref _left, octets);
        return null;
    }

    /// <summary>The smallest size, also where the share is used up: without any memory a body could not even reach its file.</summary>
    public byte[] RentSmall()
    {
        Interlocked.Add(ref _left, -SmallOctets);
        return Take(SmallOctets);
    }

    public void Return(byte[] memory)
    {
        if (Lent(memory.Length) is { } stack)
        {
            lock (_gate)
            {
                stack.Push(memory);
                _kept += memory.Length;
            }
        }
        else
        {
            ArrayPool<byte>.Shared.Return(memory);
        }
        Interlocked.Add(ref _left, memory.Length);
    }

    /// <summary>Memory that does not come back because somebody still reads it; the garbage collector takes it when he has stopped.</summary>
    public void Forget(int octets) => Interlocked.Add(ref _left, octets);

    private byte[] Take(int octets)
    {
        if (Lent(octets) is not { } stack) return ArrayPool<byte>.Shared.Rent(octets);
        lock (_gate)
        {
            if (stack.TryPop(out byte[]? memory))
            {
                _kept -= octets;
                return memory;
            }
            // What is lent and what is kept together stay within the share: arrays of the other size make room.
            Stack<byte[]> other = ReferenceEquals(stack, _large) ? _medium : _large;
            while (_kept > Math.Max(0, Interlocked.Read(ref _left)) && other.TryPop(out byte[]? dropped)) _kept -= dropped.Length;
        }
        return GC.AllocateUninitializedArray<byte>(octets);
    }

    /// <summary>Where arrays of that size wait to be lent again; null for those that the shared pool lends.</summary>
    private Stack<byte[]>? Lent(int octets) => octets switch
    {
        PieceOctets => _medium,
        LargestOctets => _large,
        _ => null,
    };
}

using Microsoft.Win32.SafeHandles;
using Smtpd.Mail;

namespace Smtpd.Storage;

/// <summary>
/// The source of one message on its way in: in borrowed memory while it is small, in an unnamed file from then on, so that
/// memory never follows the size of a message. Filled by one session, then read by the store's writer.
/// </summary>
internal sealed class MessageBody(BodyStaging staging) : IDisposable
{
    private byte[]? _memory;
    private int _used;
    private long _reserved;
    private SafeFileHandle? _file;
    private long _inFile;
    private int _idOffset = -1;
    private byte[]? _idDigits;
    private int _flagOffset = -1;
    private byte[]? _flag;
    private bool _isAbandoned;
    private bool _isDisposed;

    /// <summary>Octets so far.</summary>
    public long Length => _inFile + _used;

    /// <summary>True when the octets are in a file and <see cref="Memory"/> cannot be used.</summary>
    public bool IsInFile => _file is not null;

    /// <summary>All octets of a body that is not in a file.</summary>
    public ReadOnlySpan<byte> Memory => IsInFile ? throw new InvalidOperationException("The body is in a file.") : _memory.AsSpan(0, _used);

    /// <summary>How many of the wanted octets can be appended now; 0 asks for <see cref="SpillAsync"/>.</summary>
    public int MakeRoom(int wanted)
    {
        if (_memory is null || _memory.Length - _used < wanted) Grow(_used + wanted);
        return Math.Min(wanted, (_memory?.Length ?? 0) - _used);
    }

    private void Grow(int octets)
    {
        if (IsInFile && _memory is not null) return;
        int have = _memory?.Length ?? 0;
        int size = IsInFile ? BodyMemory.PieceOctets : BodyMemory.SizeFor(octets);
        if (size <= have) return;
        byte[]? larger = staging.Memory.TryRent(size);
        if (larger is null)
        {
            if (have > 0) return;
            larger = staging.Memory.RentSmall();
        }
        if (_memory is not null)
        {
            _memory.AsSpan(0, _used).CopyTo(larger);
            staging.Memory.Return(_memory);
        }
        _memory = larger;
    }

    /// <summary>Adds octets for which <see cref="MakeRoom"/> has found room.</summary>
    public void Append(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_memory.AsSpan(_used));
        _used += octets.Length;
    }

    /// <summary>Remembers that the next <see cref="MessageId.Digits"/> octets are a place for the id, which is given later.</summary>
    public void MarkId() => _idOffset = (int)Length;

    /// <summary>Adds text that may be replaced by another of the same length later.</summary>
    public void AppendFlag(ReadOnlySpan<byte> text)
    {
        _flagOffset = (int)Length;
        Append(text);
    }

    /// <summary>Puts another text of the same length into the place of the flag, as <see cref="SetId"/> does with the id.</summary>
    public void SetFlag(ReadOnlySpan<byte> text)
    {
        if (_flagOffset < 0) return;
        _flag = text.ToArray();
        if (!IsInFile) _flag.CopyTo(_memory.AsSpan(_flagOffset));
    }

    /// <summary>Moves what is in memory to the file, away from the calling thread.</summary>
    /// <exception cref="StoreException">No room, or the file cannot be written.</exception>
    public async ValueTask SpillAsync()
    {
        int count = _used;
        if (!staging.Space.TryReserve(count)) throw new StoreException("no room for a large message", isFull: true);
        _reserved += count;
        await staging.Bulk.RunAsync(() =>
        {
            try
            {
                _file ??= staging.CreateFile();
                RandomAccess.Write(_file, _memory.AsSpan(0, count), _inFile);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new StoreException($"cannot write a large message to the store's folder: {failure.Message}", failure.HResult == NoSpaceLeft, failure);
            }
        }).ConfigureAwait(false);
        _inFile += count;
        _used = 0;
        // The way to the file needs no more than this; the rest is for others.
        if (_memory!.Length > BodyMemory.PieceOctets) ReturnMemory();
    }

    private void ReturnMemory()
    {
        if (_memory is null) return;
        staging.Memory.Return(_memory);
        _memory = null;
    }

    private const int NoSpaceLeft = 28;

    /// <summary>Reserves the room that the store will need. False when there is none.</summary>
    public bool TryReserve()
    {
        long missing = Length - _reserved;
        if (!staging.Space.TryReserve(missing)) return false;
        _reserved += missing;
        return true;
    }

    /// <summary>Puts the id into the place kept for it: into memory at once, into what is read of a file whenever it is read.</summary>
    public void SetId(MessageId id)
    {
        if (_idOffset < 0) return;
        _idDigits = new byte[MessageId.Digits];
        id.WriteDigits(_idDigits);
        if (!IsInFile) _idDigits.CopyTo(_memory.AsSpan(_idOffset));
    }

    /// <summary>Reads from the offset on until the buffer is full or the body ends; returns how many octets.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        long from = offset;
        int total = 0;
        while (total < buffer.Length && offset < Length)
        {
            int count;
            if (offset < _inFile)
            {
                count = RandomAccess.Read(_file!, buffer[total..(int)Math.Min(buffer.Length, total + _inFile - offset)], offset);
                if (count == 0) throw new EndOfStreamException("A message's temporary file is shorter than what was written to it.");
            }
            else
            {
                ReadOnlySpan<byte> rest = _memory.AsSpan((int)(offset - _inFile), (int)(Length - offset));
                count = Math.Min(rest.Length, buffer.Length - total);
                rest[..count].CopyTo(buffer[total..]);
            }
            total += count;
            offset += count;
        }
        if (IsInFile && _flag is not null) Overlay(_flag, _flagOffset - from, buffer[..total]);
        if (IsInFile && _idDigits is not null) Overlay(_idDigits, _idOffset - from, buffer[..total]);
        return total;
    }

    /// <summary>Copies what falls inside the target, which begins so many octets before the text.</summary>
    private static void Overlay(ReadOnlySpan<byte> text, long at, Span<byte> target)
    {
        for (int i = 0; i < text.Length; i++)
            if (at + i >= 0 && at + i < target.Length) target[(int)(at + i)] = text[i];
    }

    /// <summary>
    /// Leaves memory and file to somebody who still reads them and does not stop: they go to no other message, and are collected when
    /// nobody holds them any more.
    /// </summary>
    public void Abandon() => _isAbandoned = true;

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (_reserved > 0) staging.Space.Release(_reserved);
        _reserved = 0;
        if (_isAbandoned)
        {
            if (_memory is not null) staging.Memory.Forget(_memory.Length);
            return;
        }
        ReturnMemory();
        _file?.Dispose();
        _file = null;
    }
}

using System.Buffers.Text;

namespace Smtpd.Smtp;

/// <summary>
/// BDAT (RFC 3030 §2). The octets behind a refused BDAT are passed over, never read as commands: a client that pipelines has sent
/// them already.
/// </summary>
internal sealed partial class SmtpSession
{
    /// <summary>Digits of the largest chunk that is counted. A client that means more can only be sent away.</summary>
    private const int MaxChunkDigits = 18;

    /// <summary>Octets of a refused chunk that are still to come.</summary>
    private long _passingOver;

    private Need Chunk(ReadOnlySpan<byte> argument)
    {
        int blank = argument.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> number = blank < 0 ? argument : argument[..blank];
        ReadOnlySpan<byte> marker = blank < 0 ? default : argument[blank..].TrimStart(" \t"u8);
        if (number.IsEmpty || number.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return GiveUp(Replies.ChunkSyntax);
        if (number.Length > MaxChunkDigits || !Utf8Parser.TryParse(number, out long size, out _))
        {
            Say(Replies.TooBig);
            return Need.Close;
        }
        bool isLast = Parameters.IsWord(marker, "LAST"u8);
        if (!isLast && !marker.IsEmpty) return PassOver(size, GiveUp(Replies.ChunkSyntax));
        if (_envelope is null) return PassOver(size, RefuseWithoutMail());
        if (_envelope.Recipients.Count == 0) return RefuseChunk(_recipientsRefused ? Replies.NoRecipients : Replies.RecipientFirst, size);
        if (size > context.Settings.MaxMessageBytes - (_incoming?.Octets ?? 0)) return PassOver(size, GiveUp(Replies.TooBig));
        _incoming ??= BeginMessage();
        _incoming.BeginChunk(size);
        _moreChunks = !isLast;
        _chunkOctets = size;
        return Need.Message;
    }

    private long _chunkOctets;

    private void SayChunkTaken() => Say($"250 2.0.0 {_chunkOctets} octets received");

    /// <summary>Refuses a chunk and with it the message: one that lacks a piece must not be stored when the pieces behind it come (RFC 3030 §2).</summary>
    private Need GiveUp(ReadOnlySpan<byte> reply)
    {
        if (_envelope is not null)
        {
            Remember(reply);
            NoteMessage(ReasonOf(reply), reply);
            EndTransaction(Refused);
            _turnedBack = true;
        }
        return Refuse(reply);
    }

    private Need RefuseChunk(ReadOnlySpan<byte> reply, long size) => PassOver(size, Refuse(reply));

    private Need PassOver(long size, Need need)
    {
        BeginReading();
        _passingOver = size;
        if (size == 0) _isReading = _incoming is not null;
        return need;
    }

    /// <summary>Lets go what has come of a refused chunk. True when all of it has.</summary>
    private bool PassOver()
    {
        int octets = (int)Math.Min(connection.Input.Length, _passingOver);
        connection.Consume(octets);
        _passingOver -= octets;
        _received += octets;
        if (_passingOver > 0)
        {
            connection.UseLargeBuffer();
            return false;
        }
        _isReading = _incoming is not null;
        return true;
    }
}

namespace Smtpd.Smtp;

/// <summary>
/// Finds the end of a message in the octets behind DATA and undoes dot-stuffing (RFC 5321 §4.5.2). The message ends at
/// <c>&lt;CR&gt;&lt;LF&gt;.&lt;CR&gt;&lt;LF&gt;</c> and nowhere else: a lone CR or LF ends no line, or two servers could disagree about where
/// a message ends, and one would read the other's text as commands (SMTP smuggling, CVE-2023-51764 and its kin). That there was
/// a lone one is noted; what follows from it is the session's decision.
/// </summary>
internal struct DataReader
{
    /// <summary>Octets that may come out beyond those that go in: what was held back at the end of the slice before.</summary>
    public const int HeldBack = 1;

    private enum State
    {
        /// <summary>Behind CRLF, or at the very beginning (RFC 5321 §4.1.1.4: the CRLF of the DATA line counts).</summary>
        LineStart,
        Text,

        /// <summary>Behind a CR.</summary>
        Return,

        /// <summary>Behind a dot that began a line; the dot is held back.</summary>
        Dot,

        /// <summary>Behind such a dot and a CR; both are held back.</summary>
        DotReturn,
    }

    private State _state;

    /// <summary>True when a CR or LF was seen that is not part of a CRLF.</summary>
    public bool HasBareLineEnd { get; private set; }

    /// <summary>True when the message's end was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads on. Gives runs of the message's octets to the sink; returns how many octets of the input belong to the message.</summary>
    public int Read<TSink>(ReadOnlySpan<byte> input, TSink sink) where TSink : IDataSink
    {
        int position = 0;
        // Octets from here up to the position are the message's and not given to the sink yet.
        int run = 0;
        while (position < input.Length)
        {
            switch (_state)
            {
                case State.LineStart:
                    if (input[position] == '.')
                    {
                        Give(input[run..position], sink);
                        run = ++position;
                        _state = State.Dot;
                        break;
                    }
                    _state = State.Text;
                    goto case State.Text;

                case State.Text:
                    int end = input[position..].IndexOfAny((byte)'\r', (byte)'\n');
                    if (end < 0)
                    {
                        position = input.Length;
                        break;
                    }
                    position += end + 1;
                    if (input[position - 1] == '\r') _state = State.Return;
                    else HasBareLineEnd = true;
                    break;

                case State.Return:
                    if (input[position] == '\n')
                    {
                        position++;
                        _state = State.LineStart;
                        break;
                    }
                    HasBareLineEnd = true;
                    if (input[position] == '\r') position++;
                    else _state = State.Text;
                    break;

                case State.Dot:
                    if (input[position] == '\r')
                    {
                        run = ++position;
                        _state = State.DotReturn;
                        break;
                    }
                    // The dot was stuffing; what follows is text, beginning here.
                    _state = State.Text;
                    break;

                case State.DotReturn:
                    if (input[position] == '\n')
                    {
                        IsComplete = true;
                        return position + 1;
                    }
                    sink.Write("\r"u8);
                    _state = State.Return;
                    break;
            }
        }
        Give(input[run..position], sink);
        return position;
    }

    private static void Give<TSink>(ReadOnlySpan<byte> octets, TSink sink) where TSink : IDataSink
    {
        if (!octets.IsEmpty) sink.Write(octets);
    }
}

/// <summary>Takes the octets of a message as they are read.</summary>
internal interface IDataSink
{
    void Write(ReadOnlySpan<byte> octets);
}

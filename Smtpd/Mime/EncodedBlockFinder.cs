using System.Buffers;

namespace Smtpd.Mime;

/// <summary>
/// Finds the files that stand in a text uuencoded (POSIX) or in yEnc, and where their lines begin and end. A block is one only
/// when the line behind its first is data; where data stops before the end is said, what came until then is the file.
/// </summary>
internal sealed class EncodedBlockFinder(bool measures) : FileFinder(measures)
{
    /// <summary>Longer lines are neither.</summary>
    private const int LongestLine = 4 * 1024;

    private readonly List<(long Start, long End)> _blocks = [];
    private OctetBuffer _line = new(LongestLine);
    private bool _isTooLong;
    private long _position;
    private long _lineStart;

    private FoundFile? _file;
    private TransferDecoder? _decoder;
    private byte[] _output = [];
    private State _state;
    private long _blockStart;
    private long _dataStart;
    private string _name = "";

    /// <summary>Of yEnc, which part of the file the block is, and how large all of it should be.</summary>
    private int _part;
    private long _expected;

    private enum State
    {
        Text,
        UuBegun,
        Uu,
        Base64,
        Yenc,
    }

    /// <summary>What a reader need not see: the blocks from their first line to behind their last, by offsets among the decoded octets.</summary>
    public IReadOnlyList<(long Start, long End)> Blocks => _blocks;

    public override void Push(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int feed = octets.IndexOf((byte)'\n');
            int count = feed < 0 ? octets.Length : feed + 1;
            ReadOnlySpan<byte> line = octets[..count];
            octets = octets[count..];
            _position += count;
            if (feed < 0 || _line.Length > 0)
            {
                _isTooLong |= !_line.Append(line);
                line = _line.Span;
            }
            if (feed < 0) return;
            EndLine(line);
        }
    }

    public override void Complete()
    {
        if (_line.Length > 0) EndLine(_line.Span);
        if (_state is State.Uu or State.Base64 or State.Yenc) EndBlock(_position, isWhole: false);
        _state = State.Text;
    }

    private void EndLine(ReadOnlySpan<byte> line)
    {
        if (_isTooLong) line = default;
        TakeLine(line, line.TrimEnd("\r\n"u8), _lineStart);
        _line.Clear();
        _isTooLong = false;
        _lineStart = _position;
    }

    /// <param name="whole">With its line end; empty when it was too long.</param>
    private void TakeLine(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> line, long start)
    {
        bool isBroken = whole.IsEmpty;
        switch (_state)
        {
            case State.UuBegun or State.Uu when line.SequenceEqual("end"u8) && !isBroken:
                if (_state == State.UuBegun && !BeginFile(TransferEncoding.Uuencode)) return;
                EndBlock(_position, isWhole: true);
                return;
            case State.UuBegun or State.Uu when !isBroken && EncodedBlockLines.IsUuData(line) && !(line.IsEmpty && _state == State.UuBegun):
                if (_state == State.UuBegun && !BeginFile(TransferEncoding.Uuencode)) return;
                _state = State.Uu;
                Feed(whole);
                return;
            case State.Base64 when line.SequenceEqual("===="u8):
                EndBlock(_position, isWhole: true);
                return;
            case State.Base64 when !isBroken && !line.IsEmpty && !line.Contains((byte)' '):
                Feed(whole);
                return;
            case State.Yenc when !isBroken:
                Feed(whole);
                if (((YencDecoder)_decoder!).IsEnded) EndBlock(_position, isWhole: true);
                return;
            case State.Uu or State.Base64 or State.Yenc:
                EndBlock(start, isWhole: false);
                break;
        }
        _state = State.Text;
        Begin(whole, line, start);
    }

    private void Begin(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> line, long start)
    {
        _blockStart = _dataStart = start;
        if (line.StartsWith("begin"u8) && EncodedBlockLines.TryReadBegin(line, out _name, out bool isBase64))
        {
            _dataStart = isBase64 ? _position : start;
            _expected = -1;
            if (!isBase64) _state = State.UuBegun;
            else if (BeginFile(TransferEncoding.Base64)) _state = State.Base64;
        }
        else if (line.StartsWith("=yb"u8) && EncodedBlockLines.TryReadYencBegin(line, out string name, out int part, out _expected))
        {
            // The next piece of the file that has just ended belongs to it; any other is a file of its own.
            bool goesOn = part > 1 && part == _part + 1 && name == _name && _file is { Encoding: TransferEncoding.Yenc };
            (_name, _part) = (name, part);
            if (goesOn) _decoder = new YencDecoder();
            else if (!BeginFile(TransferEncoding.Yenc)) return;
            _state = State.Yenc;
            Feed(whole);
        }
    }

    private bool BeginFile(TransferEncoding encoding)
    {
        _file = new FoundFile { Role = FoundRole.File, Encoding = encoding, Name = _name };
        _decoder = TransferDecoder.For(encoding);
        if (TryAdd(_file))
        {
            // Its decoder begins where the stored one will, at the line that says so.
            if (encoding == TransferEncoding.Uuencode) Feed("begin 644 x\n"u8);
            return true;
        }
        _file = null;
        _state = State.Text;
        return false;
    }

    private void Feed(ReadOnlySpan<byte> octets)
    {
        if (_output.Length == 0) _output = ArrayPool<byte>.Shared.Rent(LongestLine + (2 * TransferDecoder.Slack));
        int length = _decoder!.Decode(octets, _output);
        _file!.Append(_output.AsSpan(0, length));
    }

    private void EndBlock(long end, bool isWhole)
    {
        int length = _decoder!.Finish(_output);
        _file!.Append(_output.AsSpan(0, length));
        // The line behind base64 is none of it.
        long dataEnd = _file.Encoding == TransferEncoding.Base64 && isWhole ? _lineStart : end;
        _file.AddPiece(_dataStart, dataEnd);
        _blocks.Add((_blockStart, end));
        bool isShort = _state == State.Yenc && _part == 0 && _expected >= 0 && _expected != _file.Size;
        if (!isWhole || isShort) Warnings.Add($"The file \"{_file.Name}\" inside a text is damaged or not whole.");
        _state = State.Text;
    }

    public override void Dispose()
    {
        base.Dispose();
        _line.Dispose();
        if (_output.Length > 0) ArrayPool<byte>.Shared.Return(_output);
        _output = [];
    }
}

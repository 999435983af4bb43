using System.Buffers.Binary;

namespace Smtpd.Mime;

/// <summary>
/// Finds the files and texts in what Outlook sends as <c>winmail.dat</c> (MS-OXTNEF): a list of attributes of the message and of
/// its attachments, in which attributes hold lists of properties (MS-OXCDATA). Of a message inside, its own attributes are read in turn.
/// </summary>
internal sealed class TnefFinder(bool measures) : FileFinder(measures)
{
    /// <summary>Messages inside each other.</summary>
    private const int MostDepth = 5;

    /// <summary>Of a name or a type; what is longer is cut.</summary>
    private const int LongestText = 1024;

    private const uint Signature = 0x223E9F78;
    private const int AttributeHeader = 9;
    private const int Checksum = 2;

    private readonly byte[] _have = new byte[LongestText];
    private IEnumerator<Step>? _steps;
    private long _position;
    private readonly TnefMessage _message = new();
    private long _left;
    private int _length;

    /// <summary>Whatever follows is nobody's.</summary>
    private bool _isEnded;

    /// <summary>What is wanted next: octets to look at, or octets that belong to a file or to nobody.</summary>
    private readonly record struct Step(long Count, bool IsKept, FoundFile? Target);

    public override void Push(ReadOnlySpan<byte> octets)
    {
        if (_steps is null)
        {
            _steps = ReadMessage(long.MaxValue, 0).GetEnumerator();
            Next();
        }
        while (!octets.IsEmpty && !_isEnded)
        {
            int count = (int)Math.Min(_left, octets.Length);
            Step step = _steps!.Current;
            if (step.IsKept)
            {
                octets[..count].CopyTo(_have.AsSpan(_length));
                _length += count;
            }
            else Give(step.Target, octets[..count]);
            _left -= count;
            _position += count;
            octets = octets[count..];
            while (_left == 0 && !_isEnded) Next();
        }
    }

    private void Give(FoundFile? file, ReadOnlySpan<byte> octets)
    {
        if (file is null) return;
        if (file.Encoding == TransferEncoding.Identity) file.Append(octets);
        else _message.Decompress(file, octets);
    }

    private void Next()
    {
        // The reader looks at what was kept before it says what it wants next.
        _isEnded = !_steps!.MoveNext();
        _length = 0;
        if (!_isEnded) _left = _steps.Current.Count;
    }

    public override void Complete()
    {
        if (_steps is not null && !_isEnded && _left > 0 && _steps.Current.Target is { } open)
        {
            open.AddPiece(_message.PieceStart, _position);
            Warnings.Add($"The file \"{open.Name}\" packed by Outlook is not whole.");
        }
        foreach (FoundFile file in Files) TnefMessage.Describe(file);
    }

    private static Step Keep(int count) => new(count, IsKept: true, null);

    private static Step Pass(long count, FoundFile? target = null) => new(count, IsKept: false, target);

    private uint UInt(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_have.AsSpan(at));

    private ushort UShort(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_have.AsSpan(at));

    /// <summary>Reads a whole message; between the steps the octets come.</summary>
    private IEnumerable<Step> ReadMessage(long end, int depth)
    {
        FoundFile? file = null;
        if (end - _position < 6) yield break;
        yield return Keep(6);
        if (UInt(0) != Signature)
        {
            if (depth == 0) Warnings.Add("What says that it was packed by Outlook was not.");
            yield break;
        }
        while (end - _position >= AttributeHeader)
        {
            yield return Keep(AttributeHeader);
            var attribute = (TnefAttribute)UInt(1);
            long length = Math.Min(UInt(5), end - _position), attributeEnd = _position + length;
            switch (attribute)
            {
                case TnefAttribute.AttachmentBegins:
                    file = new FoundFile { Role = FoundRole.File, Encoding = TransferEncoding.Identity };
                    break;
                case TnefAttribute.AttachmentTitle when file is not null:
                    yield return Keep((int)Math.Min(length, LongestText));
                    if (file.Name.Length == 0) file.Name = _message.Text(_have.AsSpan(0, _length));
                    break;
                case TnefAttribute.AttachmentData when file is { Pieces.Count: 0 } && TryAdd(file):
                    foreach (Step step in Whole(file, length)) yield return step;
                    break;
                case TnefAttribute.CodePage when length >= 4:
                    yield return Keep(4);
                    if (depth == 0) _message.CodePage = (int)UInt(0);
                    break;
                case TnefAttribute.Body when depth == 0 && length > 0:
                    FoundFile text = _message.BodyOf(FoundRole.Text, isUnicode: false);
                    if (TryAddBody(text))
                        foreach (Step step in Whole(text, length)) yield return step;
                    break;
                case TnefAttribute.MessageProperties when depth == 0:
                    foreach (Step step in ReadProperties(attributeEnd, null, depth)) yield return step;
                    break;
                case TnefAttribute.AttachmentProperties when file is not null:
                    foreach (Step step in ReadProperties(attributeEnd, file, depth)) yield return step;
                    break;
            }
            yield return Pass(attributeEnd - _position + Math.Min(Checksum, end - attributeEnd));
        }
    }

    /// <summary>Of each kind of text the first counts.</summary>
    private bool TryAddBody(FoundFile body) => Files.All(file => file.Role != body.Role) && TryAdd(body);

    private IEnumerable<Step> Whole(FoundFile file, long length)
    {
        _message.PieceStart = _position;
        yield return Pass(length, file);
        file.AddPiece(_message.PieceStart, _position);
    }

    /// <param name="file">The attachment whose properties they are; null for the message's.</param>
    private IEnumerable<Step> ReadProperties(long end, FoundFile? file, int depth)
    {
        if (end - _position < 4) yield break;
        yield return Keep(4);
        uint count = UInt(0);
        for (uint i = 0; i < count && end - _position >= 4; i++)
        {
            yield return Keep(4);
            ushort type = UShort(0), id = UShort(2);
            if (id >= 0x8000)
            {
                // A name instead of a number: which space of names, which kind, and the name itself.
                if (end - _position < 24) yield break;
                yield return Keep(24);
                if (UInt(16) != 0) yield return Pass(Math.Min(TnefProperty.Padded(UInt(20)), end - _position));
            }
            bool isMany = (type & TnefProperty.Many) != 0 || TnefProperty.FixedLength(type) == 0;
            uint values = 1;
            if (isMany)
            {
                if (end - _position < 4) yield break;
                yield return Keep(4);
                values = UInt(0);
            }
            for (uint k = 0; k < values && end - _position >= 4; k++)
            {
                long length = TnefProperty.FixedLength(type);
                if (length == 0)
                {
                    yield return Keep(4);
                    length = UInt(0);
                }
                length = Math.Min(length, end - _position);
                long valueEnd = Math.Min(_position + TnefProperty.Padded(length), end);
                if (k == 0)
                    foreach (Step step in ReadValue(type, id, length, file, depth)) yield return step;
                if (valueEnd > _position) yield return Pass(valueEnd - _position);
            }
        }
    }

    private IEnumerable<Step> ReadValue(ushort type, ushort id, long length, FoundFile? file, int depth)
    {
        bool isText = type is TnefProperty.Text or TnefProperty.UnicodeText;
        bool isUnicode = type == TnefProperty.UnicodeText;
        if (file is null)
        {
            if (_message.BodyOf(type, id) is not { } body || length == 0 || !TryAddBody(body)) yield break;
            foreach (Step step in Whole(body, length)) yield return step;
        }
        else if (isText && TnefProperty.IsDescription(id))
        {
            yield return Keep((int)Math.Min(length, LongestText));
            TnefProperty.Describe(file, id, isUnicode ? System.Text.Encoding.Unicode.GetString(_have, 0, _length & ~1).TrimEnd('\0') : _message.Text(_have.AsSpan(0, _length)));
        }
        else if (id == TnefProperty.AttachmentData && file.Pieces.Count == 0 && length > 0)
        {
            bool isObject = type == TnefProperty.Object && length > TnefProperty.ObjectName;
            long end = _position + length;
            // An object says first what it is; a message among them is packed as this one is.
            if (isObject)
            {
                yield return Keep(TnefProperty.ObjectName);
                if (TnefProperty.IsMessage(_have) && depth < MostDepth)
                {
                    foreach (Step step in ReadMessage(end, depth + 1)) yield return step;
                    yield break;
                }
            }
            if (!TryAdd(file)) yield break;
            foreach (Step step in Whole(file, end - _position)) yield return step;
        }
    }
}

using System.Text;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// Writes headers as the original keeps them: a document of the fields' names as Go writes them (<c>Content-Type</c>), each with a list of
/// its values, which are unfolded and not decoded. Used again and again by one thread.
/// </summary>
internal sealed class HeaderMapWriter
{
    /// <summary>Names that are remembered: all that are in common use, and no flood of invented ones.</summary>
    private const int MostRemembered = 512;

    /// <summary>Octets of the longest name that is remembered.</summary>
    private const int MostRememberedOctets = 128;

    /// <summary>What the server takes for a dollar sign of its own stands for one at the beginning of a name, as MongoDB's manual advises.</summary>
    private const string Dollar = "\uFF04";

    private readonly Dictionary<string, Name> _remembered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Field> _fields = [];
    private readonly List<Value> _values = [];

    private sealed record Name(string Text, byte[] Octets);

    /// <param name="First">Its first value's place.</param>
    private record struct Field(Name Name, int First, int Last);

    /// <param name="Next">The place of the same field's next value; -1 behind the last.</param>
    private record struct Value(int Start, int Length, int Next);

    /// <param name="name">Under which the document is written.</param>
    /// <param name="header">Fields up to an empty line.</param>
    /// <param name="messageId">If given, the value of a field <c>Message-ID</c>, which the original adds beside the sender's <c>Message-Id</c>.</param>
    public void Write(BsonWriter bson, ReadOnlySpan<byte> name, ReadOnlySpan<byte> header, string? messageId = null)
    {
        _places.Clear();
        _fields.Clear();
        _values.Clear();
        for (ReadOnlySpan<byte> rest = header; HeaderReader.TryReadField(ref rest, out ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value);)
        {
            header.Overlaps(value, out int start);
            Add(field, value.IsEmpty ? 0 : start, value.Length);
        }
        bson.BeginDocument(name);
        if (messageId is not null) bson.BeginArray("Message-ID"u8).String(default, messageId).End();
        foreach (Field field in _fields)
        {
            bson.BeginArray(field.Name.Octets);
            for (int i = field.First; i >= 0; i = _values[i].Next) WriteValue(bson, header.Slice(_values[i].Start, _values[i].Length));
            bson.End();
        }
        bson.End();
    }

    private void Add(ReadOnlySpan<byte> field, int start, int length)
    {
        Name name = NameOf(field);
        int place = _values.Count;
        _values.Add(new Value(start, length, -1));
        if (_places.TryAdd(name.Text, _fields.Count))
        {
            _fields.Add(new Field(name, place, place));
            return;
        }
        int index = _places[name.Text];
        Field known = _fields[index];
        _values[known.Last] = _values[known.Last] with { Next = place };
        _fields[index] = known with { Last = place };
    }

    /// <summary>As Go's net/textproto writes it: the first letter and those behind hyphens in upper case, all others in lower case.</summary>
    private Name NameOf(ReadOnlySpan<byte> field)
    {
        Span<char> letters = field.Length <= MostRememberedOctets ? stackalloc char[MostRememberedOctets] : new char[field.Length];
        letters = letters[..field.Length];
        bool isFirst = true;
        for (int i = 0; i < field.Length; i++)
        {
            char letter = (char)field[i];
            letters[i] = isFirst ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter);
            isFirst = letter == '-';
        }
        if (_remembered.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(letters, out Name? name)) return name;
        string text = letters.ToString();
        name = new Name(text, Encoding.UTF8.GetBytes(text.StartsWith('$') ? Dollar + text[1..] : text));
        if (_remembered.Count < MostRemembered && text.Length <= MostRememberedOctets) _remembered.Add(text, name);
        return name;
    }

    private static void WriteValue(BsonWriter bson, ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAny((byte)'\r', (byte)'\n') < 0) StoredText.Write(bson, default, value);
        else StoredText.Write(bson, default, Joined(value));
    }

    /// <summary>Lines joined by one blank each.</summary>
    private static byte[] Joined(ReadOnlySpan<byte> value)
    {
        byte[] joined = new byte[value.Length];
        int length = 0;
        while (!value.IsEmpty)
        {
            int end = value.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = HeaderText.Trim(end < 0 ? value : value[..end]);
            value = end < 0 ? default : value[(end + 1)..];
            if (line.IsEmpty) continue;
            if (length > 0) joined[length++] = (byte)' ';
            line.CopyTo(joined.AsSpan(length));
            length += line.Length;
        }
        return joined[..length];
    }
}

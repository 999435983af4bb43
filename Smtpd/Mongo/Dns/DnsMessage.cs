using System.Buffers.Binary;
using System.Text;

namespace Smtpd.Mongo.Dns;

/// <summary>Writes questions and reads answers (RFC 1035 §4). Nothing in an answer is believed before it was looked at.</summary>
internal static class DnsMessage
{
    /// <summary>An answer that is longer than a datagram comes by TCP, where a length of two octets is the limit.</summary>
    public const int LongestAnswer = ushort.MaxValue;

    private const int HeaderOctets = 12;
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>Far more than any answer about one name has.</summary>
    private const int MostJumps = 32;

    private const ushort InternetClass = 1;
    private const ushort RecursionDesired = 0x0100;
    private const ushort Response = 0x8000;
    private const ushort Truncated = 0x0200;
    private const int NameError = 3;

    /// <exception cref="DnsException">No name can be like that.</exception>
    public static byte[] Question(ushort id, string name, DnsType type)
    {
        if (name.Length is 0 or > LongestName) throw new DnsException($"{name} is no name for DNS");
        using var stream = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderOctets];
        header.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header, id);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], 1);
        stream.Write(header);
        foreach (string label in name.TrimEnd('.').Split('.'))
        {
            if (label.Length is 0 or > LongestLabel || !Ascii.IsValid(label)) throw new DnsException($"{name} is no name for DNS");
            stream.WriteByte((byte)label.Length);
            stream.Write(Encoding.ASCII.GetBytes(label));
        }
        stream.Write([0, (byte)((ushort)type >> 8), (byte)type, 0, (byte)InternetClass]);
        return stream.ToArray();
    }

    /// <summary>True when this is an answer to that question and not somebody's guess.</summary>
    public static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question) =>
        answer.Length >= question.Length
        && answer[..2].SequenceEqual(question[..2])
        && (BinaryPrimitives.ReadUInt16BigEndian(answer[2..]) & Response) != 0
        && BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == 1
        && Ascii.EqualsIgnoreCase(answer[HeaderOctets..question.Length], question[HeaderOctets..]);

    /// <summary>True when the rest must be fetched by TCP.</summary>
    public static bool IsTruncated(ReadOnlySpan<byte> answer) => (BinaryPrimitives.ReadUInt16BigEndian(answer[2..]) & Truncated) != 0;

    /// <summary>The records of that kind for the name that was asked for, or for what it stands for.</summary>
    /// <param name="question">That <see cref="Answers"/> has matched.</param>
    /// <exception cref="DnsException">The name does not exist, the server cannot say, or the answer is damaged.</exception>
    public static List<DnsRecord> Read(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question, string name, DnsType type)
    {
        int code = answer[3] & 0x0F;
        if (code == NameError) throw new DnsException($"{name} does not exist in DNS");
        if (code != 0) throw new DnsException($"the DNS server cannot say what {name} is (code {code})");
        List<DnsRecord> records = [];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase) { name.TrimEnd('.') };
        int place = question.Length;
        for (int left = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]); left > 0; left--)
        {
            string owner = ReadName(answer, ref place);
            ReadOnlySpan<byte> head = Slice(answer, place, 10);
            var kind = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(head);
            int data = place + 10, length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
            Slice(answer, data, length);
            place = data + length;
            if (!names.Contains(owner) || BinaryPrimitives.ReadUInt16BigEndian(head[2..]) != InternetClass) continue;
            if (kind == DnsType.CanonicalName) names.Add(ReadName(answer, ref data));
            else if (kind == type) records.Add((type == DnsType.Service ? ReadService(answer, data) : new DnsRecord(type, ReadText(answer.Slice(data, length)), 0, default)) with { TimeToLive = ReadTime(head[4..]) });
        }
        return records;
    }

    private static DnsRecord ReadService(ReadOnlySpan<byte> answer, int place)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(Slice(answer, place + 4, 2));
        place += 6;
        return new DnsRecord(DnsType.Service, ReadName(answer, ref place), port, default);
    }

    /// <summary>A time with the highest bit set is none (RFC 2181 §8).</summary>
    private static TimeSpan ReadTime(ReadOnlySpan<byte> seconds) => TimeSpan.FromSeconds(Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(seconds)));

    private static string ReadText(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (data.Length > 0)
        {
            int length = data[0];
            text.Append(Encoding.UTF8.GetString(Slice(data, 1, length)));
            data = data[(1 + length)..];
        }
        return text.ToString();
    }

    /// <summary>Reads a name, which may go on at another place in the message.</summary>
    private static string ReadName(ReadOnlySpan<byte> answer, ref int place)
    {
        var name = new StringBuilder();
        int at = place, jumps = 0;
        while (true)
        {
            int length = Slice(answer, at, 1)[0];
            if ((length & 0xC0) == 0xC0)
            {
                int target = BinaryPrimitives.ReadUInt16BigEndian(Slice(answer, at, 2)) & 0x3FFF;
                if (jumps++ == 0) place = at + 2;
                if (jumps > MostJumps || target >= at) throw Damaged();
                at = target;
                continue;
            }
            if (length > LongestLabel || name.Length > LongestName) throw Damaged();
            if (length == 0)
            {
                if (jumps == 0) place = at + 1;
                return name.ToString();
            }
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(Slice(answer, at + 1, length)));
            at += 1 + length;
        }
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> octets, int start, int length) =>
        length <= octets.Length - start ? octets.Slice(start, length) : throw Damaged();

    private static DnsException Damaged() => new("the DNS server's answer is damaged");
}

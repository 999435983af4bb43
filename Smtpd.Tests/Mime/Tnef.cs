using System.Buffers.Binary;
using System.Text;

namespace Smtpd.Tests.Mime;

/// <summary>Packs messages as Outlook does (MS-OXTNEF).</summary>
internal sealed class Tnef
{
    public const ushort Binary = 0x102, Text = 0x1E, Unicode = 0x1F, Number = 3, Object = 0x0D, Time = 0x40;

    private readonly MemoryStream _octets = new();

    public Tnef()
    {
        Write32(_octets, 0x223E9F78);
        Write16(_octets, 1);
    }

    public byte[] ToArray() => _octets.ToArray();

    public Tnef Attribute(uint id, byte[] data)
    {
        _octets.WriteByte((byte)(id is 0x00069002 or 0x00018010 or 0x0006800F or 0x00069005 ? 2 : 1));
        Write32(_octets, id);
        Write32(_octets, (uint)data.Length);
        _octets.Write(data);
        Write16(_octets, (ushort)data.Sum(octet => octet));
        return this;
    }

    public Tnef CodePage(int page) => Attribute(0x00069007, [.. BitConverter.GetBytes(page), 0, 0, 0, 0]);

    public Tnef Begin() => Attribute(0x00069002, new byte[14]);

    public Tnef Title(byte[] title) => Attribute(0x00018010, [.. title, 0]);

    public Tnef Data(byte[] data) => Attribute(0x0006800F, data);

    public Tnef AttachmentProperties(params byte[][] properties) => Attribute(0x00069005, List(properties));

    public Tnef MessageProperties(params byte[][] properties) => Attribute(0x00069003, List(properties));

    private static byte[] List(byte[][] properties) => [.. BitConverter.GetBytes(properties.Length), .. properties.SelectMany(one => one)];

    public static byte[] Property(ushort type, ushort id, byte[] value, bool isNamed = false)
    {
        using var octets = new MemoryStream();
        Write16(octets, type);
        Write16(octets, isNamed ? (ushort)0x8000 : id);
        if (isNamed)
        {
            octets.Write(new byte[16]);
            Write32(octets, 1);
            Write32(octets, 6);
            octets.Write(Encoding.Unicode.GetBytes("abc"));
            octets.Write(new byte[2]);
        }
        if (type is Binary or Text or Unicode or Object)
        {
            Write32(octets, 1);
            Write32(octets, (uint)value.Length);
        }
        octets.Write(value);
        octets.Write(new byte[(4 - (value.Length % 4)) % 4]);
        return octets.ToArray();
    }

    public static byte[] PropertyText(ushort id, string value) => Property(Unicode, id, Encoding.Unicode.GetBytes(value + "\0"));

    /// <summary>Rich text that was packed without being compressed, or in tokens of single letters.</summary>
    public static byte[] Rtf(string rtf, bool compresses)
    {
        byte[] text = Encoding.Latin1.GetBytes(rtf);
        using var body = new MemoryStream();
        if (compresses)
            foreach (byte[] eight in text.Chunk(8))
            {
                body.WriteByte(0);
                body.Write(eight);
            }
        else body.Write(text);
        using var octets = new MemoryStream();
        Write32(octets, (uint)body.Length + 12);
        Write32(octets, (uint)text.Length);
        Write32(octets, compresses ? 0x75465A4Cu : 0x414C454Du);
        Write32(octets, 0);
        octets.Write(body.ToArray());
        return octets.ToArray();
    }

    private static void Write32(Stream octets, uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        octets.Write(four);
    }

    private static void Write16(Stream octets, ushort value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(two, value);
        octets.Write(two);
    }
}

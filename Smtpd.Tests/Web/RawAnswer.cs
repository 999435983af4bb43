using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Smtpd.Tests.Web;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, string Head, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Field(string name)
    {
        string[] values = [.. Head.Split("\r\n").Skip(1)
            .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim())];
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>The body without its chunks, which must be whole.</summary>
    public byte[] Unchunked()
    {
        var whole = new MemoryStream();
        ReadOnlySpan<byte> rest = Body;
        while (true)
        {
            int end = rest.IndexOf("\r\n"u8);
            int size = int.Parse(rest[..end], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
            whole.Write(rest.Slice(end + 2, size));
            Assert.That(rest.Slice(end + 2 + size, 2).SequenceEqual("\r\n"u8), Is.True, "the end of a chunk");
            rest = rest[(end + size + 4)..];
            if (size > 0) continue;
            Assert.That(rest.IsEmpty, Is.True, "nothing follows");
            return whole.ToArray();
        }
    }

    /// <summary>The text of an error answer, which must be nothing else.</summary>
    public string Error()
    {
        Assert.That(Field("Content-Type"), Is.EqualTo("application/json"));
        JsonElement root = JsonDocument.Parse(Body).RootElement;
        Assert.That(root.EnumerateObject().Count(), Is.EqualTo(1));
        return root.GetProperty("Error").GetString()!;
    }
}

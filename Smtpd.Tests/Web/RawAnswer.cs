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

    /// <summary>The text of an error answer, which must be nothing else.</summary>
    public string Error()
    {
        Assert.That(Field("Content-Type"), Is.EqualTo("application/json"));
        JsonElement root = JsonDocument.Parse(Body).RootElement;
        Assert.That(root.EnumerateObject().Count(), Is.EqualTo(1));
        return root.GetProperty("Error").GetString()!;
    }
}

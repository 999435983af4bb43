using System.Text;
using Smtpd.Mail;
using Smtpd.Storage.Reading;
using Smtpd.Tests.Storage;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mime;

/// <summary>Messages read as the API reads them.</summary>
internal static class Reading
{
    public static async Task<MessageContent> ContentAsync(byte[] source)
    {
        var store = new FakeMailStore();
        MessageId id = store.Add(source).Id;
        return (await new MessageReader(store).ReadAsync(id, default))!;
    }

    public static Task<MessageContent> ContentAsync(string bars) => ContentAsync(Scan.Octets(bars));

    /// <summary>The octets of a part or of a file inside one; null when there is none of the number.</summary>
    public static async Task<byte[]?> PartAsync(byte[] source, string section)
    {
        var store = new FakeMailStore();
        MessageId id = store.Add(source).Id;
        OpenedPart? opened = await new MessageReader(store).OpenPartAsync(id, section, default);
        if (opened is null) return null;
        byte[] octets = await Mails.ReadAllAsync(opened.Octets);
        await opened.Octets.DisposeAsync();
        if (octets.Length != opened.Size) throw new InvalidOperationException($"part {section}: {octets.Length} octets, not {opened.Size}");
        return octets;
    }

    /// <summary>Number, name, type, size of each, in one line.</summary>
    public static string Shape(IEnumerable<AttachedPart> parts) => string.Join(' ', parts.Select(one => $"{one.Part.Section}:{one.Name}:{one.Part.MediaType}:{one.Size}"));

    /// <summary>Every listed part can be opened and is what the list says.</summary>
    public static async Task<string> MismatchesAsync(byte[] source)
    {
        MessageContent content = await ContentAsync(source);
        var wrong = new StringBuilder();
        foreach (AttachedPart one in content.Attachments.Concat(content.Inline).Concat(content.Unpacked))
        {
            byte[]? octets = await PartAsync(source, one.Part.Section);
            if (octets is null || octets.Length != one.Size || Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(octets)) != one.Sha256) wrong.Append(one.Part.Section).Append(' ');
        }
        return wrong.ToString();
    }
}

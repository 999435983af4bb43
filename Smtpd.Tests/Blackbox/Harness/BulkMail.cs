using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>One message of a load: its number is its sender's address, so that it is found again whatever its content.</summary>
/// <param name="Serial">Unique in the load.</param>
/// <param name="Wire">The octets to send after 354, final dot and all; shared by messages of the same content.</param>
/// <param name="Digest">SHA-256 of what must be stored behind the trace lines.</param>
internal sealed record BulkMail(int Serial, byte[] Wire, string Digest)
{
    public string Sender => $"m{Serial}@load.test";

    /// <summary>The number of a message, from the sender's address that was stored with it.</summary>
    public static int SerialOf(string returnPath) => int.Parse(returnPath.AsSpan(1, returnPath.IndexOf('@', StringComparison.Ordinal) - 1), CultureInfo.InvariantCulture);

    /// <summary>So many messages that go round these contents.</summary>
    public static IReadOnlyList<BulkMail> RoundRobin(IReadOnlyList<byte[]> contents, int count, int firstSerial = 1)
    {
        (byte[] Wire, string Digest)[] prepared = [.. contents.Select(content => (Stuffing.Stuff(content), Convert.ToHexString(SHA256.HashData(Stuffing.Complete(content)))))];
        return [.. Enumerable.Range(0, count).Select(i => new BulkMail(firstSerial + i, prepared[i % prepared.Length].Wire, prepared[i % prepared.Length].Digest))];
    }

    /// <summary>Every message of ../shared/corpora/mime that may travel by SMTP. Skips the test where there is no corpus.</summary>
    public static IReadOnlyList<byte[]> Corpus()
    {
        string folder = Places.Shared("corpora", "mime", "given");
        var contents = new List<byte[]>();
        foreach (string line in File.ReadLines(Path.Combine(folder, "expected.jsonl")))
        {
            using JsonDocument record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("smtp").GetProperty("safe").GetBoolean())
                contents.Add(File.ReadAllBytes(Path.Combine(folder, record.RootElement.GetProperty("file").GetString()!)));
        }
        return contents;
    }

    /// <summary>Made-up messages: mostly small, a few that the store writes ahead in pieces, one that goes through a file.</summary>
    public static IReadOnlyList<byte[]> Mixed()
    {
        int[] sizes = [400, 4_000, 4_000, 4_000, 1_000, 20_000, 4_000, 4_000, 70_000, 4_000, 2_000, 300_000, 4_000, 4_000, 900_000];
        int[] all = [.. sizes, .. sizes, 2_300_000, .. sizes];
        return [.. all.Select((size, i) => OfSize(size, $"mixed {i}"))];
    }

    /// <summary>A message of about this size, its lines numbered so that no two pieces of it are alike.</summary>
    public static byte[] OfSize(int octets, string subject)
    {
        var text = new StringBuilder($"From: load@load.test\r\nTo: alice@local.test\r\nSubject: {subject}\r\n\r\n");
        for (int line = 0; text.Length < octets; line++) text.Append(CultureInfo.InvariantCulture, $"{subject}, line {line:d6}: the quick brown fox jumps over the lazy dog\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}

using System.Net;
using System.Text;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage;

namespace Smtpd.Tests.Storage;

/// <summary>Makes messages as a session would hand them over.</summary>
internal static class Mails
{
    public static ReceivedMail New(BodyStaging staging, string source, params string[] recipients) =>
        New(staging, Encoding.UTF8.GetBytes(source), recipients);

    public static ReceivedMail New(BodyStaging staging, byte[] source, params string[] recipients) =>
        New(staging, source, [.. (recipients.Length > 0 ? recipients : ["alice@local.test"]).Select(Address)]);

    public static ReceivedMail New(BodyStaging staging, string source, IReadOnlyList<MailAddress> recipients) =>
        New(staging, Encoding.UTF8.GetBytes(source), recipients);

    /// <summary>One whose client does not hurry.</summary>
    public static ReceivedMail Unhurried(BodyStaging staging, string source) => New(staging, Encoding.UTF8.GetBytes(source), [Address("alice@local.test")], mayWait: true);

    private static ReceivedMail New(BodyStaging staging, byte[] source, IReadOnlyList<MailAddress> recipients, bool mayWait = false)
    {
        var body = new MessageBody(staging);
        for (int position = 0; position < source.Length;)
        {
            int room = body.MakeRoom(Math.Min(64 * 1024, source.Length - position));
            if (room == 0)
            {
                body.SpillAsync().AsTask().GetAwaiter().GetResult();
                continue;
            }
            body.Append(source.AsSpan(position, room));
            position += room;
        }
        var envelope = new Envelope(Address("sender@remote.test"), 0);
        foreach (MailAddress recipient in recipients) envelope.Add(recipient);
        return new ReceivedMail
        {
            Envelope = envelope,
            Content = Scan(source),
            Body = body,
            Helo = "client.test",
            ClientAddress = IPAddress.Loopback,
            MayWait = mayWait,
            Created = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
        };
    }

    private static ScannedMessage Scan(byte[] source)
    {
        using var scanner = new MimeScanner();
        scanner.Push(source);
        return scanner.Complete();
    }

    public static MailAddress Address(string text) =>
        MailAddress.TryParse(Encoding.ASCII.GetBytes(text), out MailAddress? address) == AddressError.None ? address! : throw new ArgumentException(text);

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        await using (stream)
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            return all.ToArray();
        }
    }
}

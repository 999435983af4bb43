using System.Text;
using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Tests.Storage;

/// <summary>
/// Fills a store with many small messages, the same ones for the same seed. Nine of ten go to <see cref="Busy"/>; every second one
/// to one of 100,000 mailboxes of <see cref="Wide"/>, and of these every fourth to a second; one of a thousand to one of the ten
/// mailboxes of <see cref="Rare"/>; of the oldest hundredth all go to <see cref="Old"/>. Their words are of 5,000, common ones more often.
/// </summary>
internal sealed class ManyMails(int seed = 1)
{
    public const string Busy = "busy@one.test";
    public const string Wide = "wide.test";
    public const string Rare = "rare.test";
    public const string Old = "old@once.test";

    public const int WideMailboxes = 100_000;
    public const int RareMailboxes = 10;

    private const int Words = 5_000;
    private const int BatchMessages = 1_000;

    /// <summary>How many messages a run of the long tests makes.</summary>
    public static int Size { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMTPD_MANY_MAILS"), out int size) && size > 0 ? size : 1_000_000;

    private readonly Random _random = new(seed);
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private readonly Dictionary<string, MailAddress> _addresses = [];

    /// <summary>The nth word, from the most common on.</summary>
    public static string Word(int n)
    {
        // Syllables, so that words share their beginnings as those of a language do.
        string[] syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"];
        var word = new StringBuilder();
        for (int rest = n + 10; rest > 0; rest /= 10) word.Append(syllables[rest % 10]);
        return word.ToString();
    }

    /// <param name="staging">Of the same store.</param>
    public void Fill(IMailStore store, BodyStaging staging, int messages)
    {
        var batch = new List<ReceivedMail>(BatchMessages);
        for (int i = 0; i < messages; i++)
        {
            ReceivedMail mail = Make(staging, i, messages);
            mail.GiveId(_ids.Next());
            batch.Add(mail);
            if (batch.Count < BatchMessages && i < messages - 1) continue;
            store.Commit(batch);
            store.Tend(idle: false);
            foreach (ReceivedMail kept in batch) kept.Dispose();
            batch.Clear();
        }
    }

    private ReceivedMail Make(BodyStaging staging, int i, int messages)
    {
        string[] recipients = [.. RecipientsOf(i, messages)];
        var source = new StringBuilder();
        source.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"From: Sender {i % 50} <sender{i % 50}@remote.test>\r\nTo: <{recipients[0]}>\r\nSubject: {Text(5)} {i}\r\nMessage-ID: <{i}@remote.test>\r\n\r\n");
        for (int line = 0; line < 4; line++) source.Append(Text(10)).Append("\r\n");
        return Mails.New(staging, source.ToString(), [.. recipients.Select(AddressOf)]);
    }

    private IEnumerable<string> RecipientsOf(int i, int messages)
    {
        if (i % 10 != 0) yield return Busy;
        if (i % 2 == 0) yield return $"user{_random.Next(WideMailboxes)}@{Wide}";
        if (i % 8 == 0) yield return $"user{_random.Next(WideMailboxes)}@{Wide}";
        if (i % 1000 == 0) yield return $"box{i / 1000 % RareMailboxes}@{Rare}";
        if (i < messages / 100) yield return Old;
    }

    private string Text(int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Word((int)(Words * Math.Pow(_random.NextDouble(), 3)))));

    private MailAddress AddressOf(string text)
    {
        if (!_addresses.TryGetValue(text, out MailAddress? address)) _addresses[text] = address = Mails.Address(text);
        return address;
    }
}

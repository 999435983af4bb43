using System.Text;
using Smtpd.Mail;
using Smtpd.Mail.Unicode;
using Smtpd.Mime;
using Smtpd.Storage.Reading;

namespace Smtpd.Storage.Search;

/// <summary>A message as it is searched: the words of each column, as <see cref="SearchWords"/> makes them.</summary>
internal sealed class SearchDocument
{
    /// <summary>Letters of text of one message, and of all other columns together, that are searched.</summary>
    public const int MostLetters = 256 * 1024;

    /// <summary>Room for the words of a usual column.</summary>
    private const int FewLetters = 256;

    private static readonly SearchColumns[] _columns = [.. Enum.GetValues<SearchColumns>().Where(one => System.Numerics.BitOperations.PopCount((uint)one) == 1 && one != SearchColumns.MessageId)];

    private readonly string[] _words = new string[_columns.Length];

    private SearchDocument()
    {
        Array.Fill(_words, "");
    }

    /// <summary>The columns in their order. The words of <see cref="SearchColumns.MessageId"/> stand among the traits.</summary>
    public static IReadOnlyList<SearchColumns> Columns => _columns;

    /// <summary>The words, a space in front of and behind each; empty when there is none. Null when they were not read.</summary>
    public string? this[SearchColumns column] => !IsRead && (column & (SearchColumns.Body | SearchColumns.FileNames)) != 0 ? null
        : _words[Array.IndexOf(_columns, column == SearchColumns.MessageId ? SearchColumns.Traits : column)];

    /// <summary>True when the text and the names of files were read too.</summary>
    public bool IsRead { get; private set; }

    /// <summary>The fields of the header, when they were read.</summary>
    public IReadOnlyList<HeaderField>? Header { get; set; }

    /// <summary>What is known of a message without its source.</summary>
    /// <param name="scope">Whose words these are: of recipients whom no header names only those within it are given.</param>
    public static SearchDocument Of(MessageSummary message, PartTree parts, MailScope scope)
    {
        var document = new SearchDocument();
        var words = new StringBuilder(FewLetters);
        document.Set(SearchColumns.Subject, words, all => SearchWords.Append(message.Header.Subject, all, MostLetters));
        document.Set(SearchColumns.From, words, all => Append(message.Header.From, all));
        document.Set(SearchColumns.To, words, all => Append(message.Header.To, all));
        document.Set(SearchColumns.Cc, words, all => Append(message.Header.Cc, all));
        document.Set(SearchColumns.Bcc, words, all => Append(message.Header.Bcc, all));
        document.Set(SearchColumns.ReplyTo, words, all => Append(message.Header.ReplyTo, all));
        document.Set(SearchColumns.Hidden, words, all => Append(message.BlindRecipients().Where(one => IsWithin(scope, one.Address)), all));
        document.Set(SearchColumns.Traits, words, all =>
        {
            all.Append(SearchTraits.Any);
            if (message.Attachments > 0) all.Append(SearchTraits.Attachment);
            if (parts.Count(PartKind.Inline) > 0) all.Append(SearchTraits.Inline);
            all.Append(SearchTraits.SizeClass(message.Size)).Append(SearchTraits.InMessageId(SearchWords.Of(message.Header.MessageId)));
        });
        return document;
    }

    /// <summary>Adds what had to be read.</summary>
    /// <param name="texts">Each a text of its own.</param>
    public void AddBody(IReadOnlyCollection<string> texts, IReadOnlyCollection<string> fileNames)
    {
        // Words are about as long as their text, with one space behind each and one in front of all.
        var words = new StringBuilder((int)Math.Min(MostLetters, texts.Sum(text => (long)text.Length) + fileNames.Sum(name => (long)name.Length) + FewLetters));
        Set(SearchColumns.Body, words, all => AppendAll(texts, all));
        Set(SearchColumns.FileNames, words, all => AppendAll(fileNames, all));
        IsRead = true;
    }

    private void Set(SearchColumns column, StringBuilder words, Action<StringBuilder> append)
    {
        words.Clear().Append(' ');
        append(words);
        if (words.Length > 1) _words[Array.IndexOf(_columns, column)] = words.ToString();
    }

    private static void AppendAll(IEnumerable<string> texts, StringBuilder words)
    {
        foreach (string text in texts)
        {
            if (words.Length >= MostLetters) return;
            if (words.Length > 1) words.Append(SearchWords.Break).Append(' ');
            SearchWords.Append(text, words, MostLetters - words.Length);
        }
    }

    private static void Append(IEnumerable<Correspondent> people, StringBuilder words)
    {
        foreach (Correspondent one in people)
        {
            if (words.Length >= MostLetters) return;
            if (words.Length > 1) words.Append(SearchWords.Break).Append(' ');
            SearchWords.Append(one.Name, words);
            SearchWords.Append(one.Address, words);
            // People look for a domain as they read it.
            if (one.Address.Contains("xn--", StringComparison.OrdinalIgnoreCase))
                SearchWords.Append(DomainNames.ToUnicode(one.Address[(one.Address.LastIndexOf('@') + 1)..]), words);
        }
    }

    private static bool IsWithin(MailScope scope, string address)
    {
        if (scope.IsEverything) return true;
        if (MailAddress.TryParse(Encoding.UTF8.GetBytes(address), out MailAddress? parsed) != AddressError.None) return false;
        return scope.Contains(parsed!.MailboxKey) || scope.Contains((parsed with { IgnoresTag = true }).MailboxKey);
    }
}

using Smtpd.Mail;
using Smtpd.Mongo.Bson;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Mongo;

/// <summary>
/// The words of a message in the field <c>words</c>, each once: those of header, text and file names as <see cref="SearchWords"/> makes
/// them, the words of recipients whom no header names behind a mark, and the traits but those that nearly every message has.
/// </summary>
internal static class SearchKeys
{
    /// <summary>In front of each word of a hidden recipient. Of private use, so that no text holds it.</summary>
    public const char HiddenMark = '\uE003';

    /// <summary>Octets of all words of a message together, beside which the document stays below 16 MiB. With more it is looked at whenever it may match.</summary>
    public const int MostOctets = 512 * 1024;

    /// <summary>Null when there are too many.</summary>
    public static HashSet<string>? Of(SearchDocument document)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        long octets = 0;
        foreach (SearchColumns column in SearchDocument.Columns)
        {
            ReadOnlySpan<char> text = document[column];
            foreach (Range range in text.Split(' '))
            {
                ReadOnlySpan<char> word = text[range];
                if (word.IsEmpty || word[0] == SearchWords.Break || (column == SearchColumns.Traits && IsCommon(word))) continue;
                string key = column == SearchColumns.Hidden ? $"{HiddenMark}{word}" : word.ToString();
                if (!words.Add(key)) continue;
                // With the array's index in front, and the lengths.
                octets += System.Text.Encoding.UTF8.GetByteCount(key) + 12;
                if (octets > MostOctets) return null;
            }
        }
        return words;
    }

    private static bool IsCommon(ReadOnlySpan<char> trait) => SearchTraits.Any.AsSpan().StartsWith(trait) || trait.StartsWith("\uE001s");

    /// <summary>Adds conditions that hold of every message in which the words of all wanted terms stand.</summary>
    public static void WriteWanted(BsonWriter bson, SearchQuery query, MailScope scope)
    {
        List<WordsTerm> wanted = [.. Wanted(query)];
        if (wanted.Count == 0) return;
        bson.BeginArray("$and"u8);
        foreach (WordsTerm term in wanted)
        {
            string[] words = term.Words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 0; i < words.Length; i++)
                WriteWord(bson, words[i], term.IsBeginning && i == words.Length - 1, (term.Columns & ~SearchColumns.Hidden) != 0, MayBeHidden(term, scope));
        }
        bson.End();
    }

    /// <summary>The terms that ask for words which must be in <c>words</c>.</summary>
    public static IEnumerable<WordsTerm> Wanted(SearchQuery query) => query.Terms.OfType<WordsTerm>().Where(term => !term.IsNegated);

    /// <summary>True when the words are enough: one word, looked for wherever there are words, and not in addresses that the scope may not see.</summary>
    public static bool IsSure(SearchTerm term, MailScope scope) =>
        term is WordsTerm { IsNegated: false, Columns: SearchColumns.Everywhere } words && words.Words.IndexOf(' ') == words.Words.Length - 1
            && (scope.IsEverything || !MayBeHidden(words, scope));

    /// <summary>False when the scope has no address in which a word of the term stands, so that none that is hidden matters.</summary>
    private static bool MayBeHidden(WordsTerm term, MailScope scope)
    {
        if ((term.Columns & SearchColumns.Hidden) == 0) return false;
        if (scope.IsEverything || scope.Domains.Count > 0) return true;
        string first = term.Words.Contains(' ') ? term.Words[..term.Words.IndexOf(' ')] : term.Words;
        return scope.Mailboxes.Any(mailbox => SearchWords.Of(mailbox).Contains(first, StringComparison.Ordinal));
    }

    private static void WriteWord(BsonWriter bson, string word, bool isBeginning, bool isOpen, bool isHidden)
    {
        bson.BeginDocument(default);
        string hidden = HiddenMark + word;
        if (!isBeginning) bson.In("words"u8, isOpen && isHidden ? [word, hidden] : [isOpen ? word : hidden]);
        else if (isOpen != isHidden) bson.BeginDocument("words"u8).String("$regex"u8, Beginning(isOpen ? word : hidden)).End();
        else
        {
            bson.BeginDocument("words"u8).BeginArray("$in"u8).RegularExpression(default, Beginning(word)).RegularExpression(default, Beginning(hidden)).End().End();
        }
        bson.End();
    }

    private static string Beginning(string word) => "^" + Documents.Literally(word);
}

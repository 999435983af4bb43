using System.Globalization;
using System.Text;

namespace Smtpd.Configuration;

/// <summary>Every text that tells what is wrong with a configuration: the thing and the way out. The place is put in front by the caller.</summary>
internal static class Problems
{
    /// <summary>Characters of a wrong value that a message repeats.</summary>
    private const int QuotedCharacters = 80;

    // Files
    public const string Missing = "there is no such file";
    public const string IsFolder = "this is a folder, not a configuration file";
    public static string Unreadable(string why) => $"the file cannot be read: {why}";
    public static string TooBig(int limit) => $"the file is larger than {limit} octets; this cannot be a configuration file";
    public const string NotUtf8 = "the text is not UTF-8; save the file in that encoding";
    public const string HashInJson = "comments in JSON start with //, not with # or ;";
    public const string NotText = "there is a zero octet, which no text has; name another file, or save this one as UTF-8";
    public const string CarriageReturns = "the lines end with carriage returns alone; save the file with line feeds";

    // Lines of INI files
    public static string NotAnIniLine(string line) => $"{Quote(line)} is neither a [section], nor name=value, nor a comment; comments start with # or ;";
    public const string OpenSection = "a section's name ends with ] and stands alone on its line";
    public const string IndentedForNothing = "an indented line continues the value of the line before it, and there is none; take the blanks away";
    public static string MoreLines(int count) => $"{count} more lines cannot be read; is this the right file?";
    public static string ContinuedValue(string name) => $"{name}: the indented lines below belong to this value, which takes one line; take the blanks away";
    public static string ContinuedList(string name) => $"{name}: the indented lines below belong to this list; put a comma between its entries, or take the blanks away";
    public static string NoSuchReference(string reference) => $"{Quote(reference)} refers to a name that neither this section nor [DEFAULT] has a text for";
    public static string NoSuchVariable(string reference) => $"{Quote(reference)} refers to an environment variable that is not set, or empty";
    public static string ReferenceTooLong(string reference, int longest) => $"with {Quote(reference)} replaced the text would be longer than {longest} characters";
    public static string EndlessReferences(int most) => $"{most} references were replaced and there are still more; does one of them lead back to itself?";

    // Shapes
    public static string Syntax(string why) => $"this is not JSON: {why}";
    public const string TextBehindEnd = "there is text behind the closing }";
    public static string NoSection(string section, string? nearest) => $"{section}: unknown section; {(nearest is null ? KnownSections : $"did you mean {nearest}?")}";
    public static string DottedSection(string section, string key) => $"{section}.{key}: options stand inside their section: \"{section}\": {{ \"{key}\": ... }}";
    public static string SectionIsNoObject(string section) => $"{section}: a section is an object: \"{section}\": {{ ... }}";
    public static string SectionTwice(string section, int first) => $"{section}: the section is given twice; it starts on line {first}";
    public static string NoOption(string section, string key, string? nearest) =>
        $"{section}.{key}: unknown option; {(nearest is null ? $"etc/smtpd.conf names those of {section}" : $"did you mean {nearest}?")}";
    public static string OptionOfOtherSection(string section, string key, string other) => $"{section}.{key}: unknown option; {key} belongs to the section {other}";
    public static string OptionTwice(string name, int first) => $"{name}: the option is given twice, first on line {first}";
    public static string NullValue(string name) => $"{name}: null is no value; leave the option out to have its default";
    public static string ObjectValue(string name) => $"{name}: a single value is needed here, not an object";
    public static string NestedValue(string name) => $"{name}: an entry of this list is text, not a list or an object";
    public static string ListValue(string name) => $"{name}: a single value is needed here, not a list";
    public static string ListenerShape(string name) => $"{name}: a listener is {{ \"address\": \"127.0.0.1:25000\", \"tls\": false, \"proxy\": false }} or \"127.0.0.1:25000\"";

    public static string SectionInFlat(string section) => $"{section}: sections do not go with go-guerrilla's keys; write all settings the one way or the other";

    // Values
    public static string ControlCharacter(string text) => $"{Quote(text)} has a control character";
    public static string NotAWholeNumber(string text) => $"{Quote(text)} is not a whole number";
    public static string OutOfRange(string text, long min, long max) =>
        max == long.MaxValue ? $"{Shown(text)} is too small; it must be at least {min}" : $"{Shown(text)} is out of bounds; it must be from {min} to {max}";
    public static string NotABoolean(string text) => $"{Quote(text)} is neither true nor false";
    public static string NotAChoice(string text, IReadOnlyList<string> choices) => $"{Quote(text)} is not one of {string.Join(", ", choices)}";
    public const string AnyOrigin = "every page of the web could then read mail through the browser of whoever may; name the origins, such as https://app.example.com";
    public static string NotAnOrigin(string text) => $"{Quote(text)} is not an origin; it is scheme, host and port without a path, such as https://app.example.com or http://localhost:3000";
    public static string NotADomain(string text) => $"{Quote(text)} is not a domain name";
    public static string NotAHost(string text) => $"{Quote(text)} is not a domain name; *.example.com stands for those below it, * for all";
    public static string NotAnAddress(string text) => $"{Quote(text)} is not an IP address";
    public static string NotANetwork(string text) => $"{Quote(text)} is neither an IP address nor a network such as 192.0.2.0/24";
    public static string BitsBeyondPrefix(string text, string network) => $"{Quote(text)} has bits set beyond its prefix; did you mean {network}?";
    public static string NotAListener(string text) => $"{Quote(text)} is not address:port, such as 127.0.0.1:25000 or [::1]:25000, with or without tls or proxy behind it";
    public static string NoListener() => "the list is empty; leave the option out to have its default";
    public static string MoreEntries(int count) => $"{count} more entries are wrong";
    public static string NotAUrlPath(string text) => $"{Quote(text)} is not a path such as /mail: it starts with / and does not end with it, and needs no %, ? or #";
    public static string NotAPattern(string text, string why) => $"{Quote(text)} is not a regular expression: {why}";
    public static string PatternLooksAround(string text) =>
        $"{Quote(text)} looks ahead, behind or back; leave (?=, (?!, (?<=, (?<!, (?> and \\1 out: with them one mail could hold the server up";
    public static string Empty() => "the text is empty; leave the option out to have its default";

    // Settings that do not go together
    public const string MongoWithoutAcknowledgement = "option w: with 0 MongoDB answers before it has written anything; mail needs majority, or 1 at least";
    public static string MongoFileMissing(string option, string file) => $"option {option}: {Quote(file)} is not there";
    public static string NotADatabase(string text) => $"{Quote(text)} is no name of a database: 1 to 63 octets without / \\ . $ * < > : | ? quotes and blanks";
    public static string NotACollection(string text) => $"{Quote(text)} is no name of a collection: it does not begin with system., has no $, and is at most 120 octets long with the database's name and a dot";
    public const string MongoHardlySafe = "a message may be lost with one server although it was acknowledged; w=majority and journal=true, the defaults, prevent that";
    public const string MongoInClear = "the password is proved without being sent, but mail goes to other computers in clear; tls=true changes that";
    public static string KeyWithoutPartner(string missing) => $"{missing} is needed too; TLS wants a certificate and its key";
    public static string TlsWithoutKey(string listener, string certificate, string key) => $"{Quote(listener)} needs {certificate} and {key}";
    public static string ProxyWithoutTrust(string listener) => $"{Quote(listener)} needs smtp.trusted.hosts: only a proxy that it names is believed";
    public const string WebTls = "this version does not serve the web page by TLS; put a reverse proxy in front, or leave tls out";

    public const string NeedsCertificate = "this needs smtp.public.key and smtp.private.key";
    public const string SignInImpossible = "required lets nobody send: AUTH needs TLS, thus smtp.public.key and smtp.private.key, or smtp.auth.insecure";
    public static string AnyInPublic(string address) =>
        $"any takes every name and password, and {address} can be reached from elsewhere; listen on 127.0.0.1 or ::1, or set smtp.auth.any.public to true if that is what you want";

    // Notices
    public static string Unused(string section, IEnumerable<string> keys) => $"{section}: this version does not act on {string.Join(", ", keys)}";
    public const string NoPop3 = "pop3: this version has no POP3 server; the section has no effect";
    public static string UnusedUnsafe(string name, string consequence) => $"{name}: this version does not act on it: {consequence}";
    public static string Replaced(string name, string by) => $"{name}: has no effect, {by} replaces it";
    public static string FewRecipients(long count) => $"smtp.max.recipients: {count} is below the 100 that every server should accept (RFC 5321 §4.5.3.1.8); senders may give up";
    public const string NobodyMaySend = "smtp.allowed.hosts and smtp.trusted.hosts are both empty: no recipient will be accepted";
    public const string NobodyMaySendFlat = "GM_ALLOWED_HOSTS is absent or empty: no recipient will be accepted; name the domains, or * for all";
    public static string TakenInstead(string name, string problem, string instead) => $"{name}: {problem}; {instead} is taken instead, as the original did";
    public static string TrustsNobody(string name, string problem, int others) =>
        $"{name}: {problem}; such an entry trusts nobody, as in the original{(others > 0 ? $", and {others} more like it" : "")}";
    public static string LastCounts(string name, string earlier, int line) => $"{name}: replaces {earlier} on line {line}; leave one of them out";
    public static string NotKnown(string names) => $"unknown here, and without effect as in the original: {names}";
    public static string NoDatabase(string keys, string store) =>
        $"{keys}: this version writes to neither MySQL nor Redis; mail is kept in the {store} and does not expire";
    public static string NoUserChange(string keys) => $"{keys}: this version does not change its user or group; start it as the user that it shall run as";
    public static string NoMeaning(string keys) => $"{keys}: without effect in this program";
    public static string OwnDefaults(string settings) => $"absent keys have this program's defaults, not go-guerrilla's: {settings}";

    private const string KnownSections = "the sections are logging, smtp, pop3, web and datastore";

    /// <summary>The text in quotation marks, cut when long, with nothing in it that a terminal would obey.</summary>
    public static string Quote(string text) => $"\"{Shown(text)}\"";

    /// <summary>The text, cut when long, with nothing in it that a terminal would obey.</summary>
    public static string Shown(string text, int longest = QuotedCharacters)
    {
        var shown = new StringBuilder();
        foreach (Rune one in (text.Length > longest ? text.AsSpan(0, longest) : text).EnumerateRunes())
        {
            if (Rune.IsControl(one) || one.Value is 0x2028 or 0x2029) shown.Append(CultureInfo.InvariantCulture, $"\\u{one.Value:X4}");
            else shown.Append(one.ToString());
        }
        return text.Length > longest ? shown.Append("...").ToString() : shown.ToString();
    }
}

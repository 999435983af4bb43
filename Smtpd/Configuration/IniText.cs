using System.Text;
using System.Text.Unicode;

namespace Smtpd.Configuration;

/// <summary>One name of a section, with its text before references are replaced.</summary>
internal sealed class IniEntry(string section, string key, int line, string value)
{
    private readonly StringBuilder _value = new(value);

    public string Section => section;

    public string Key => key;

    public int Line => line;

    public string Value => _value.ToString();

    /// <summary>True when an option or a reference took the text.</summary>
    public bool IsTaken { get; set; }

    public void Continue(string text) => _value.Append('\n').Append(text);
}

/// <summary>The sections of an INI file by the rules of robfig/config. Names are case-sensitive.</summary>
internal sealed class IniText
{
    /// <summary>Holds what stands before the first section, and answers for names that a section lacks.</summary>
    public const string DefaultSection = "DEFAULT";

    /// <summary>Only there to be referred to, and so in every file of the original.</summary>
    private const string InstallFolder = "install.dir";

    /// <summary>Lines that cannot be read are named up to this number: a file of another kind would have nothing but such lines.</summary>
    private const int NamedLines = 10;

    private readonly Dictionary<(string Section, string Key), IniEntry> _entries = [];
    private readonly Dictionary<string, int> _sections = new(StringComparer.Ordinal);

    public static IniText Parse(ReadOnlySpan<byte> text, RawConfiguration into)
    {
        var ini = new IniText();
        if (text.IndexOf((byte)'\n') < 0 && text.IndexOf((byte)'\r') is >= 0 and var first && first < text.Length - 1)
        {
            into.Fail(1, Problems.CarriageReturns);
            return ini;
        }

        string section = "";
        IniEntry? current = null;
        int number = 0;
        int unread = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            number++;
            string? problem = ini.Take(text[range], number, ref section, ref current);
            if (problem is not null && ++unread <= NamedLines) into.Fail(number, problem);
        }
        if (unread > NamedLines) into.Fail(number, Problems.MoreLines(unread - NamedLines));
        return ini;
    }

    /// <summary>The entry that an option has, in its section or else in DEFAULT, and null when neither has it.</summary>
    public IniEntry? Find(OptionDefinition option)
    {
        IniEntry? entry = _entries.GetValueOrDefault((option.Section, option.Key));
        // A name such as "path" may stand in DEFAULT for reference only, and must not become an option that the original did not have.
        if (!option.IsAdded) entry ??= _entries.GetValueOrDefault((DefaultSection, option.Key));
        if (entry is not null) entry.IsTaken = true;
        return entry;
    }

    /// <summary>What a reference within the section stands for: a text with its own references as they are written, or null.</summary>
    public string? ValueOf(string section, string key)
    {
        IniEntry? own = _entries.GetValueOrDefault((section, key));
        IniEntry? common = _entries.GetValueOrDefault((DefaultSection, key));
        if (own is not null) own.IsTaken = true;
        if (common is not null) common.IsTaken = true;
        return (own ?? common)?.Value;
    }

    /// <summary>The names that nothing took, in the file's order; of an unknown section just its own.</summary>
    public IEnumerable<ForeignName> ForeignNames()
    {
        IEnumerable<ForeignName> sections = _sections.Where(section => !IsKnown(section.Key)).Select(section => new ForeignName(section.Key, "", section.Value));
        IEnumerable<ForeignName> keys = _entries.Values.Where(entry => !entry.IsTaken && IsKnown(entry.Section) && !IsOverridden(entry))
            .Select(entry => new ForeignName(entry.Section, entry.Key, entry.Line));
        return sections.Concat(keys).OrderBy(name => name.Line);
    }

    private static bool IsKnown(string section) => section == DefaultSection || OptionTable.Sections.Contains(section);

    /// <summary>True for what is in DEFAULT for good reason, though this file's sections do without it.</summary>
    private static bool IsOverridden(IniEntry entry) =>
        entry.Section == DefaultSection && (entry.Key == InstallFolder || OptionTable.All.Any(option => !option.IsAdded && option.Key == entry.Key));

    /// <summary>Takes one line.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    private string? Take(ReadOnlySpan<byte> octets, int number, ref string section, ref IniEntry? current)
    {
        // Comments may be in whatever encoding people had.
        octets = WithoutComment(octets);
        if (octets.IsEmpty || octets[0] is (byte)'#' or (byte)';') return null;
        if (!Utf8.IsValid(octets)) return Problems.NotUtf8;
        string line = Encoding.UTF8.GetString(octets).TrimEnd();
        if (line.Length == 0) return null;

        bool isIndented = line[0] is ' ' or '\t';
        if (line[0] == '[' && line[^1] == ']')
        {
            current = null;
            section = line[1..^1].Trim();
            if (section.Length > 0) _sections.TryAdd(section, number);
            return null;
        }
        if (isIndented && section.Length > 0 && current is not null)
        {
            current.Continue(line.Trim());
            return null;
        }

        int split = line.AsSpan().IndexOfAny('=', ':');
        if (isIndented) return Problems.IndentedForNothing;
        string key = split > 0 ? line[..split].Trim() : "";
        if (key.Length == 0) return line[0] == '[' ? Problems.OpenSection : Problems.NotAnIniLine(line);
        string home = section.Length > 0 ? section : DefaultSection;
        current = new IniEntry(home, key, number, line[(split + 1)..].Trim());
        _entries[(home, key)] = current;
        return null;
    }

    /// <summary>The line up to the first <c>#</c> or <c>;</c> that has a blank or tab in front of it.</summary>
    private static ReadOnlySpan<byte> WithoutComment(ReadOnlySpan<byte> line)
    {
        for (int at = 1; at < line.Length; at++)
        {
            int next = line[at..].IndexOfAny((byte)'#', (byte)';');
            if (next < 0) return line;
            at += next;
            if (line[at - 1] is (byte)' ' or (byte)'\t') return line[..(at - 1)];
        }
        return line;
    }
}

namespace Smtpd.Configuration;

/// <summary>Where a setting comes from: <c>smtpd.conf:12</c>, <c>command line</c> or <c>default</c>.</summary>
/// <param name="Line">Counted from 1; 0 where lines have no meaning.</param>
internal readonly record struct Origin(string Source, int Line = 0)
{
    public static readonly Origin Default = new("default");
    public static readonly Origin CommandLine = new("command line");

    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}

/// <summary>The three ways to write a configuration file.</summary>
internal enum Dialect
{
    /// <summary>This program's own: sections and options in JSON. Also where there is no file at all.</summary>
    Json,

    /// <summary>The original's, as robfig/config reads it.</summary>
    Ini,

    /// <summary>That of go-guerrilla 1.0 to 1.3: one JSON object without sections.</summary>
    Flat,
}

/// <summary>One option as a file or the command line gives it, before its text was looked at.</summary>
/// <param name="Items">One text, or one for each entry where the file's dialect has lists.</param>
/// <param name="IsList">True when the file wrote a list, even one of one entry.</param>
internal sealed record RawOption(OptionDefinition Definition, IReadOnlyList<string> Items, bool IsList, Origin Origin)
{
    /// <summary>The option's name in the file where that differs from ours, or the flag's; null otherwise.</summary>
    public string? WrittenAs { get; init; }
}

/// <summary>A name in a file that stands for no option, of a dialect in which that is no error.</summary>
/// <param name="Section">Empty where the dialect has none.</param>
/// <param name="Key">Empty when the whole section is unknown.</param>
internal sealed record ForeignName(string Section, string Key, int Line);

/// <summary>A key that go-guerrilla knows and that fills no option here.</summary>
internal sealed record IdleKey(FlatKey Key, string Text, int Line);

/// <summary>What is wrong, and in which line.</summary>
internal readonly record struct ConfigurationError(Origin Origin, string Text)
{
    public override string ToString() => $"{Origin}: {Text}";
}

/// <summary>What a reader found in one file: the same whatever the file's dialect is.</summary>
/// <param name="source">The file's name as messages show it; null when there is no file and defaults hold.</param>
internal sealed class RawConfiguration(string? source)
{
    public string? Source { get; } = source;

    public Dialect Dialect { get; set; }

    public List<RawOption> Options { get; } = [];

    public List<ForeignName> ForeignNames { get; } = [];

    public List<IdleKey> IdleKeys { get; } = [];

    /// <summary>What the reader of the file has to say although it could read it.</summary>
    public List<Notice> Notices { get; } = [];

    public List<ConfigurationError> Errors { get; } = [];

    /// <summary>Where the settings come from, for the log.</summary>
    public string Description => Source ?? "built-in defaults";

    public Origin At(int line) => new(Source ?? Description, line);

    public void Warn(int line, string text) => Notices.Add(new Notice(LogLevel.Warn, $"{At(line)}: {text}"));

    public void Fail(int line, string text) => Errors.Add(new ConfigurationError(At(line), text));
}

namespace Smtpd.Configuration;

/// <summary>
/// The checked text of every option: the command line's, else the file's, else the default. What is wrong is collected in
/// <see cref="Errors"/>, and the default stands in for it so that reading can go on.
/// </summary>
internal sealed class OptionValues
{
    /// <summary>Wrong entries of one list that are named; beyond these they are counted.</summary>
    private const int NamedProblems = 10;

    private readonly Dictionary<string, RawOption> _set = new(StringComparer.Ordinal);

    public OptionValues(RawConfiguration file, IReadOnlyList<RawOption> commandLine)
    {
        File = file;
        Errors.AddRange(file.Errors);
        foreach (RawOption option in file.Options.Concat(commandLine)) Set(option);
    }

    public RawConfiguration File { get; }

    public List<ConfigurationError> Errors { get; } = [];

    public bool IsSet(string name) => _set.ContainsKey(name);

    public Origin OriginOf(string name) => _set.TryGetValue(name, out RawOption? option) ? option.Origin : Origin.Default;

    /// <summary>The option's name in the file that was read.</summary>
    public string Called(string name) => WrittenAs(name) ?? (File.Dialect == Dialect.Flat ? FlatKeys.For(name)?.Name : null) ?? name;

    /// <summary>What the option is called where it was set, if that is not its own name.</summary>
    public string? WrittenAs(string name) => _set.GetValueOrDefault(name)?.WrittenAs;

    /// <summary>The text of an option that is not a list; of a choice, as the table writes it.</summary>
    public string Text(string name)
    {
        OptionDefinition option = Definition(name);
        string text = _set.TryGetValue(name, out RawOption? set) ? set.Items[0] : DefaultOf(option);
        if (option.Kind == OptionKind.Choice) OptionText.TryChoice(text, option.Choices, out text, out _);
        return option.Kind is OptionKind.Text or OptionKind.Pattern or OptionKind.Secret ? text : text.Trim();
    }

    public IReadOnlyList<string> Entries(string name) =>
        _set.TryGetValue(name, out RawOption? set) ? set.Items : OptionText.Entries([DefaultOf(Definition(name))], isList: false);

    public long Number(string name)
    {
        OptionDefinition option = Definition(name);
        OptionText.TryNumber(Text(name), option.Min, option.Max, out long number, out _);
        return number;
    }

    public bool Boolean(string name)
    {
        OptionText.TryBoolean(Text(name), out bool value, out _);
        return value;
    }

    /// <summary>True when the option asks for something else than its default.</summary>
    public bool DiffersFromDefault(OptionDefinition option) => IsSet(option.Name) && option.Kind switch
    {
        OptionKind.Boolean => Boolean(option.Name) != (option.Default == "true"),
        OptionKind.Number => Number(option.Name).ToString(System.Globalization.CultureInfo.InvariantCulture) != option.Default,
        _ when option.IsList => string.Join(',', Entries(option.Name)) != option.Default,
        _ => Text(option.Name) != option.Default,
    };

    public void Fail(string name, string problem) => Errors.Add(new ConfigurationError(OriginOf(name), $"{WrittenAs(name) ?? name}: {problem}"));

    private void Set(RawOption option)
    {
        string name = option.Definition.Name;
        IReadOnlyList<string> items = option.Definition.IsList ? OptionText.Entries(option.Items, option.IsList) : option.Items;
        RawOption? earlier = _set.GetValueOrDefault(name);
        _set[name] = option with { Items = items };

        List<string> problems = [.. items.Select(item => OptionText.Problem(option.Definition, item)).OfType<string>()];
        if (items.Count == 0 && option.Definition.Kind == OptionKind.Listeners) problems.Add(Problems.NoListener());
        foreach (string problem in problems.Take(NamedProblems)) Fail(name, problem);
        if (problems.Count > NamedProblems) Fail(name, Problems.MoreEntries(problems.Count - NamedProblems));
        if (problems.Count == 0) return;
        if (earlier is null) _set.Remove(name);
        else _set[name] = earlier;
    }

    private string DefaultOf(OptionDefinition option) => File.Source is not null ? option.Default : option.DefaultWithoutFile;

    private static OptionDefinition Definition(string name) =>
        OptionTable.Find(name) ?? throw new ArgumentException($"{name} is not in the table of options.", nameof(name));
}

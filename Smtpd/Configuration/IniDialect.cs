namespace Smtpd.Configuration;

/// <summary>
/// Reads the original's INI files, which it gave to robfig/config: what is looked up is what its rules make of the text, with
/// references replaced. No option is required here, and names that stand for nothing are passed over, as they were there.
/// </summary>
/// <param name="environment">The value of an environment variable, or null.</param>
internal sealed class IniDialect(Func<string, string?> environment) : IConfigurationDialect
{
    public void Read(ReadOnlySpan<byte> text, RawConfiguration into)
    {
        IniText ini = IniText.Parse(text, into);
        foreach (OptionDefinition option in OptionTable.All)
        {
            if (ini.Find(option) is not { } entry) continue;
            string? value = Expanded(option, entry, ini, into);
            if (value is null || IsWronglyContinued(option, value, entry.Line, into)) continue;
            into.Options.Add(new RawOption(option, [IniHabits.Excuse(option, value, entry.Line, into)], IsList: false, into.At(entry.Line)));
        }
        into.ForeignNames.AddRange(ini.ForeignNames());
    }

    private string? Expanded(OptionDefinition option, IniEntry entry, IniText ini, RawConfiguration into)
    {
        string text = entry.Value;
        string? problem = IniReferences.Replace(ref text, "%(", ")s", name => ini.ValueOf(option.Section, name), Problems.NoSuchReference)
            ?? IniReferences.Replace(ref text, "${", "}", environment, Problems.NoSuchVariable);
        if (problem is null) return text;
        into.Fail(entry.Line, $"{option.Name}: {problem}");
        return null;
    }

    /// <summary>Indented lines are joined to the value above with line feeds; where that makes no sense it is said as what it is.</summary>
    private static bool IsWronglyContinued(OptionDefinition option, string value, int line, RawConfiguration into)
    {
        if (option.Kind == OptionKind.Pattern || !value.Contains('\n', StringComparison.Ordinal)) return false;
        if (option.IsList && OptionText.Entries([value], isList: false).All(entry => !entry.Contains('\n', StringComparison.Ordinal))) return false;
        into.Fail(line, option.IsList ? Problems.ContinuedList(option.Name) : Problems.ContinuedValue(option.Name));
        return true;
    }
}

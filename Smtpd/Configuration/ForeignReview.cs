namespace Smtpd.Configuration;

/// <summary>What is to say about names in the files of other programs that fill no option: each name once, those of one kind together.</summary>
internal static class ForeignReview
{
    /// <summary>Unknown names that are listed; beyond these they are counted.</summary>
    private const int NamedNames = 10;

    private static readonly FlatMeaning[] Idle = [FlatMeaning.Database, FlatMeaning.User, FlatMeaning.None];

    public static IEnumerable<Notice> Notices(OptionValues values, Settings settings)
    {
        RawConfiguration file = values.File;
        foreach (FlatMeaning meaning in Idle)
        {
            List<IdleKey> keys = [.. file.IdleKeys.Where(idle => MeaningOf(idle) == meaning)];
            if (keys.Count > 0) yield return About(meaning, keys, file, settings);
        }
        if (file.ForeignNames.Count > 0) yield return new Notice(LogLevel.Warn, $"{file.At(file.ForeignNames[0].Line)}: {Problems.NotKnown(Unknown(file))}");
        if (file.Dialect == Dialect.Flat && Absent(values) is { Length: > 0 } absent) yield return new Notice(LogLevel.Info, Problems.OwnDefaults(absent));
    }

    private static FlatMeaning MeaningOf(IdleKey idle) => idle.Key.Meaning is FlatMeaning.Nginx or FlatMeaning.Option ? FlatMeaning.None : idle.Key.Meaning;

    private static Notice About(FlatMeaning meaning, List<IdleKey> keys, RawConfiguration file, Settings settings)
    {
        List<string> names = [.. keys.Select(idle => Problems.Shown(idle.Key.Name)).Distinct()];
        string shown = string.Join(", ", names.Take(NamedNames)) + (names.Count > NamedNames ? $" and {names.Count - NamedNames} more" : "");
        (LogLevel level, string text) = meaning switch
        {
            FlatMeaning.Database => (LogLevel.Warn, Problems.NoDatabase(shown, $"SQLite file {Path.GetFullPath(settings.Datastore.Path)}")),
            FlatMeaning.User => (LogLevel.Warn, Problems.NoUserChange(shown)),
            _ => (LogLevel.Info, Problems.NoMeaning(shown)),
        };
        return new Notice(level, $"{file.At(keys[0].Line)}: {text}");
    }

    private static string Unknown(RawConfiguration file)
    {
        int others = file.ForeignNames.Count - NamedNames;
        return string.Join("; ", file.ForeignNames.Take(NamedNames).Select(Describe)) + (others > 0 ? $"; and {others} more" : "");
    }

    private static string Describe(ForeignName name)
    {
        string shown = Problems.Shown(name.Section.Length == 0 ? name.Key : name.Key.Length == 0 ? $"[{name.Section}]" : $"{name.Section}.{name.Key}");
        return $"{shown} on line {name.Line}{(Hint(name) is { } hint ? $" ({hint})" : "")}";
    }

    private static string? Hint(ForeignName name)
    {
        if (name.Section.Length == 0) return DidYouMean(Nearest.To(name.Key, FlatKeys.All.Select(key => key.Name)));
        if (name.Key.Length == 0) return DidYouMean(Nearest.To(name.Section, OptionTable.Sections));
        List<string> homes = [.. OptionTable.Sections.Where(section => OptionTable.Find(section, name.Key) is not null)];
        if (homes.Count > 0) return $"it belongs to {string.Join(" or ", homes.Select(home => $"[{home}]"))}";
        IEnumerable<string> candidates = name.Section == IniText.DefaultSection ? OptionTable.All.Select(option => option.Key) : OptionTable.KeysOf(name.Section);
        return DidYouMean(Nearest.To(name.Key, candidates));
    }

    private static string? DidYouMean(string? nearest) => nearest is null ? null : $"did you mean {nearest}?";

    private static string Absent(OptionValues values)
    {
        IEnumerable<string> absent = from key in FlatKeys.All
                                     where key is { Option: not null, Default.Length: > 0 } && !values.IsSet(key.Option)
                                     let ours = DefaultOf(key.Option!, values)
                                     where ours != key.Default
                                     select $"{key.Name} ({ours})";
        return string.Join(", ", absent);
    }

    private static string DefaultOf(string option, OptionValues values)
    {
        if (option == "smtp.listen") return $"{values.Text("smtp.ip4.address")}:{values.Text("smtp.ip4.port")}";
        OptionDefinition definition = OptionTable.Find(option)!;
        return definition.Default.Length > 0 ? definition.Default : "none";
    }
}

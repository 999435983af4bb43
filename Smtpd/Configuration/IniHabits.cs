namespace Smtpd.Configuration;

/// <summary>What the original made of values that it could not use. Files that lived with that go on to work, with a warning.</summary>
internal static class IniHabits
{
    private const string LevelInstead = "TRACE";
    private const string ClientsInstead = "50";

    /// <summary>The text that stands for the given one.</summary>
    public static string Excuse(OptionDefinition option, string text, int line, RawConfiguration into) => option.Name switch
    {
        "logging.level" when OptionText.Problem(option, text) is { } problem => Instead(option, problem, LevelInstead, line, into),
        // A number beyond the bounds is another matter: that is refused, as in every dialect.
        "smtp.max.clients" when !OptionText.IsWholeNumber(text) => Instead(option, Problems.NotAWholeNumber(text), ClientsInstead, line, into),
        "smtp.trusted.hosts" => Addresses(option, text, line, into),
        _ => text,
    };

    private static string Instead(OptionDefinition option, string problem, string instead, int line, RawConfiguration into)
    {
        into.Warn(line, Problems.TakenInstead(option.Name, problem, instead));
        return instead;
    }

    /// <summary>Whatever was no address trusted nobody there, and does not here.</summary>
    private static string Addresses(OptionDefinition option, string text, int line, RawConfiguration into)
    {
        List<string> good = [];
        List<string> problems = [];
        foreach (string entry in OptionText.Entries([text], isList: false))
        {
            if (OptionText.Problem(option, entry) is { } problem) problems.Add(problem);
            else good.Add(entry);
        }
        if (problems.Count > 0) into.Warn(line, Problems.TrustsNobody(option.Name, problems[0], problems.Count - 1));
        return string.Join(',', good);
    }
}

using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Smtpd.Configuration;

namespace Smtpd.Tests.Configuration;

/// <summary>docs/configuration.md says what the tables in the code say.</summary>
public sealed class DocumentTests
{
    private const int Form = 1, Default = 2, Original = 3, GoGuerrilla = 4;

    private static readonly string Text = File.ReadAllText(Path.Combine(Configure.RepositoryRoot(), "docs", "configuration.md"));

    [Test]
    public void Every_option_has_a_row_with_its_form_default_and_names()
    {
        foreach (OptionDefinition option in OptionTable.All)
        {
            string[] row = RowOf(option);
            Assert.That(row[Default], Is.EqualTo(Shown(option)), option.Name);
            Assert.That(row[Original], Is.EqualTo(option.IsAdded ? "–" : "same"), option.Name);
            Assert.That(row[GoGuerrilla], Is.EqualTo(FlatKeys.For(option.Name) is { } key ? $"`{key.Name}`" : ""), option.Name);
            Assert.That(row[Form], Is.EqualTo(FormOf(option)), option.Name);
            Assert.That(row[^1], Is.Not.Empty, option.Name);
        }
    }

    [Test]
    public void Every_key_of_go_guerrilla_has_a_row_with_its_option()
    {
        foreach (FlatKey key in FlatKeys.All)
            Assert.That(Rows(Chapter("## go-guerrilla's file"))[key.Name][1], Is.EqualTo(key.Option is null ? "none" : $"`{key.Option}`"), key.Name);
    }

    [Test]
    public void Nothing_has_a_row_that_is_not_in_the_tables()
    {
        IEnumerable<string> named = OptionTable.Sections.Where(section => section != "pop3").SelectMany(section => Rows(Chapter($"### {section}")).Keys.Select(key => $"{section}.{key}"));
        Assert.That(named.Concat(Rows(Chapter("### Accepted, and not acted on")).Keys), Is.EquivalentTo(OptionTable.All.Select(option => option.Name)));
        Assert.That(Rows(Chapter("## go-guerrilla's file")).Keys, Is.EquivalentTo(FlatKeys.All.Select(key => key.Name)));
    }

    [TestCase("## Our JSON", "json")]
    [TestCase("## The original's INI files", "ini")]
    [TestCase("## go-guerrilla's file", "json")]
    public void The_examples_are_good(string chapter, string language)
    {
        string example = Regex.Match(Chapter(chapter), $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var raw = new RawConfiguration("example");
        if (language == "ini") new IniDialect(name => name == "CERTIFICATES" ? "/etc/ssl" : null).Read(Encoding.UTF8.GetBytes(example), raw);
        else ConfigurationFile.Read(Encoding.UTF8.GetBytes(example), raw);
        ConfigurationReading reading = SettingsReader.Read(raw, new SettingsOverrides());
        Assert.That(reading.Errors, Is.Empty);
        Assert.That(reading.Settings!.Smtp.AllowedHosts, Is.EqualTo((string[])["example.com", "*.example.com"]));
        Assert.That(reading.Settings.Smtp.Domain, Is.EqualTo("mx.example.com"));
    }

    [Test]
    public void The_limits_of_files_are_those_of_the_code()
    {
        Assert.That(Text, Does.Contain("not larger than 1 MiB"));
        Assert.That(ConfigurationFile.MaxOctets, Is.EqualTo(1024 * 1024));
        Assert.That(Text, Does.Contain($"up to {IniReferences.MaxReplacements - 1} replacements").And.Contain($"at most {IniReferences.MaxCharacters} characters"));
        foreach (string place in ConfigurationFile.UsualPlaces.Append(MailFile.InStateFolder).Append(MailFile.InWorkingFolder)) Assert.That(Text, Does.Contain($"`{place}`"));
    }

    private static string[] RowOf(OptionDefinition option)
    {
        Dictionary<string, string[]> rows = Rows(Chapter(option.IsActedOn ? $"### {option.Section}" : "### Accepted, and not acted on"));
        string name = option.IsActedOn ? option.Key : option.Name;
        Assert.That(rows, Does.ContainKey(name));
        return rows[name];
    }

    private static string Shown(OptionDefinition option)
    {
        string shown = option.Default.Length > 0 ? $"`{option.Default}`" : "none";
        return option.DefaultWithoutFile == option.Default ? shown : $"{shown}; without a file `{option.DefaultWithoutFile}`";
    }

    private static string FormOf(OptionDefinition option) => option.Kind switch
    {
        OptionKind.Choice => string.Join(", ", option.Choices.Select(choice => $"`{choice}`")),
        OptionKind.Number when option.Max == long.MaxValue => $"{option.Min} or more",
        OptionKind.Number => $"{option.Min} to {option.Max}",
        OptionKind.Address => "IP address",
        OptionKind.Domain => "domain name",
        OptionKind.Secret => "text, never printed",
        OptionKind.UrlPath => "path",
        _ => option.Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The text from a heading to the next of its rank or above.</summary>
    private static string Chapter(string heading)
    {
        int start = Text.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.That(start, Is.Not.Negative, heading);
        string rest = Text[(start + heading.Length + 2)..];
        Match end = Regex.Match(rest, heading.StartsWith("###", StringComparison.Ordinal) ? "^#{2,3} " : "^## ", RegexOptions.Multiline);
        return end.Success ? rest[..end.Index] : rest;
    }

    private static Dictionary<string, string[]> Rows(string chapter) => chapter.Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line[1..^1].Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[0].Trim('`'));
}

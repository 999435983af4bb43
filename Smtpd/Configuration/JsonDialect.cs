using System.Text.Json;

namespace Smtpd.Configuration;

/// <summary>
/// Reads sections and options from JSON (RFC 8259) with comments and trailing commas. Values may be written natively or as
/// text. It goes on after everything but a syntax error, so that all that is wrong is said at once.
/// </summary>
internal sealed class JsonDialect : IConfigurationDialect
{
    public void Read(ReadOnlySpan<byte> text, RawConfiguration into)
    {
        var lines = new JsonText.LineCounter();
        var json = new Utf8JsonReader(text, JsonText.Relaxed);
        try
        {
            json.Read();
            ReadSections(ref json, text, ref lines, into);
            json.Read();
        }
        catch (JsonException failure)
        {
            JsonText.Fail(failure, into);
        }
        catch (InvalidOperationException failure)
        {
            JsonText.Fail(failure, lines.At(text, json.TokenStartIndex), into);
        }
    }

    private static void ReadSections(ref Utf8JsonReader json, ReadOnlySpan<byte> text, ref JsonText.LineCounter lines, RawConfiguration into)
    {
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string section = json.GetString()!;
            int line = lines.At(text, json.TokenStartIndex);
            json.Read();
            if (!OptionTable.Sections.Contains(section))
            {
                into.Fail(line, UnknownSection(section));
                json.Skip();
                continue;
            }
            if (!starts.TryAdd(section, line)) into.Fail(line, Problems.SectionTwice(section, starts[section]));
            if (json.TokenType != JsonTokenType.StartObject)
            {
                into.Fail(line, Problems.SectionIsNoObject(section));
                json.Skip();
                continue;
            }
            ReadOptions(section, ref json, text, ref lines, into);
        }
    }

    private static void ReadOptions(string section, ref Utf8JsonReader json, ReadOnlySpan<byte> text, ref JsonText.LineCounter lines, RawConfiguration into)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            int line = lines.At(text, json.TokenStartIndex);
            json.Read();
            if (OptionTable.Find(section, key) is not { } option)
            {
                into.Fail(line, UnknownOption(section, key));
                json.Skip();
                continue;
            }

            RawOption? earlier = into.Options.Find(one => one.Definition == option);
            if (earlier is not null) into.Fail(line, Problems.OptionTwice(option.Name, earlier.Origin.Line));
            bool isList = json.TokenType == JsonTokenType.StartArray;
            List<string>? items = isList ? ReadList(option, ref json, text, ref lines, into) : ReadOne(option, ref json, line, into);
            if (items is not null && earlier is null) into.Options.Add(new RawOption(option, items, isList, into.At(line)));
        }
    }

    private static List<string>? ReadOne(OptionDefinition option, ref Utf8JsonReader json, int line, RawConfiguration into)
    {
        if (json.TokenType == JsonTokenType.StartObject && option.Kind == OptionKind.Listeners) return ReadListener(option, ref json, line, into) is { } listener ? [listener] : null;
        if (JsonText.Scalar(ref json) is { } value) return [value];
        into.Fail(line, json.TokenType == JsonTokenType.Null ? Problems.NullValue(option.Name) : Problems.ObjectValue(option.Name));
        json.Skip();
        return null;
    }

    private static List<string>? ReadList(OptionDefinition option, ref Utf8JsonReader json, ReadOnlySpan<byte> text, ref JsonText.LineCounter lines, RawConfiguration into)
    {
        int failures = into.Errors.Count;
        if (!option.IsList)
        {
            into.Fail(lines.At(text, json.TokenStartIndex), Problems.ListValue(option.Name));
            json.Skip();
            return null;
        }

        List<string> items = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            int line = lines.At(text, json.TokenStartIndex);
            if (json.TokenType == JsonTokenType.StartObject && option.Kind == OptionKind.Listeners)
            {
                if (ReadListener(option, ref json, line, into) is { } listener) items.Add(listener);
            }
            else if (JsonText.Scalar(ref json) is { } value)
            {
                items.Add(value);
            }
            else
            {
                into.Fail(line, json.TokenType == JsonTokenType.Null ? Problems.NullValue(option.Name) : Problems.NestedValue(option.Name));
                json.Skip();
            }
        }
        return into.Errors.Count == failures ? items : null;
    }

    /// <summary>A listener's object as the text that stands for it: <c>[::]:465 tls proxy</c>.</summary>
    private static string? ReadListener(OptionDefinition option, ref Utf8JsonReader json, int line, RawConfiguration into)
    {
        string? address = null;
        bool tls = false;
        bool proxy = false;
        bool understood = true;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            json.Read();
            string? value = JsonText.Scalar(ref json);
            if (value is null) json.Skip();
            if (key == "address" && address is null && value is not null) address = value;
            else if (key == "tls" && value is not null && OptionText.TryBoolean(value, out bool yes, out _)) tls = yes;
            else if (key == "proxy" && value is not null && OptionText.TryBoolean(value, out bool speaks, out _)) proxy = speaks;
            else understood = false;
        }
        if (understood && address is not null) return $"{address}{(tls ? " tls" : "")}{(proxy ? " proxy" : "")}";
        into.Fail(line, Problems.ListenerShape(option.Name));
        return null;
    }

    private static string UnknownSection(string section)
    {
        int dot = section.IndexOf('.');
        if (dot > 0 && OptionTable.Sections.Contains(section[..dot])) return Problems.DottedSection(section[..dot], Problems.Shown(section[(dot + 1)..]));
        return Problems.NoSection(Problems.Shown(section), Nearest.To(section, OptionTable.Sections));
    }

    private static string UnknownOption(string section, string key)
    {
        string? home = OptionTable.Sections.FirstOrDefault(other => OptionTable.Find(other, key) is not null);
        return home is not null
            ? Problems.OptionOfOtherSection(section, key, home)
            : Problems.NoOption(section, Problems.Shown(key), Nearest.To(key, OptionTable.KeysOf(section)));
    }
}

using System.Text.Json;

namespace Smtpd.Configuration;

/// <summary>
/// Reads the file of go-guerrilla 1.0 to 1.3: one JSON object of keys and texts. As there the last of several values counts
/// and unknown keys are passed over; numbers, true and false, comments and a comma at the end are welcome besides.
/// </summary>
internal sealed class FlatDialect : IConfigurationDialect
{
    private const string NginxListen = "web.nginx.listen";

    private IdleKey? _nginx;
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.Ordinal);

    public void Read(ReadOnlySpan<byte> text, RawConfiguration into)
    {
        var lines = new JsonText.LineCounter();
        var json = new Utf8JsonReader(text, JsonText.Relaxed);
        try
        {
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                int line = lines.At(text, json.TokenStartIndex);
                json.Read();
                Take(name, ref json, line, into);
            }
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
        SwitchNginx(into);
        foreach (Setting setting in _settings.Values) Fill(setting, into);
    }

    private void Take(string name, ref Utf8JsonReader json, int line, RawConfiguration into)
    {
        if (FlatKeys.Find(name) is not { } key)
        {
            if (OptionTable.Sections.Contains(name)) into.Fail(line, Problems.SectionInFlat(name));
            else into.ForeignNames.Add(new ForeignName("", name, line));
            json.Skip();
            return;
        }
        if (JsonText.Scalar(ref json) is not { } value)
        {
            into.Fail(line, json.TokenType switch
            {
                JsonTokenType.Null => Problems.NullValue(name),
                JsonTokenType.StartArray => Problems.ListValue(name),
                _ => Problems.ObjectValue(name),
            });
            json.Skip();
            return;
        }

        if (key.Meaning == FlatMeaning.Nginx) _nginx = new IdleKey(key, value, line);
        else if (key.Option is null) into.IdleKeys.Add(new IdleKey(key, value, line));
        else _settings[key.Option] = new Setting(key, value, line, Earlier: _settings.GetValueOrDefault(key.Option));
    }

    /// <summary>go-guerrilla answered nginx for exactly "Y"; without it the address means nothing.</summary>
    private void SwitchNginx(RawConfiguration into)
    {
        if (_nginx is { Text: "Y" } on)
        {
            _settings.TryAdd(NginxListen, new Setting(on.Key, FlatKeys.NginxDefault, on.Line, Earlier: null));
            return;
        }
        if (_nginx is { } off) into.IdleKeys.Add(off);
        if (_settings.Remove(NginxListen, out Setting? address)) into.IdleKeys.Add(new IdleKey(address.Key, address.Text, address.Line));
    }

    private static void Fill(Setting setting, RawConfiguration into)
    {
        (FlatKey key, string value, int line, Setting? earlier) = setting;
        OptionDefinition option = OptionTable.Find(key.Option ?? NginxListen)!;
        if (earlier is not null) into.Warn(line, Problems.LastCounts(key.Name, earlier.Key.Name, earlier.Line));
        // Nothing in the place of a file's name is how its samples say: none.
        if (option.Kind == OptionKind.File && value.Trim().Length == 0) return;

        if (key.InsteadOfNoNumber is { } instead && !OptionText.IsWholeNumber(value))
        {
            into.Warn(line, Problems.TakenInstead(key.Name, Problems.NotAWholeNumber(value), instead));
            value = instead;
        }
        into.Options.Add(new RawOption(option, [value], IsList: false, into.At(line)) { WrittenAs = key.Name });
    }

    /// <summary>What one of the keys that fill an option says.</summary>
    private sealed record Setting(FlatKey Key, string Text, int Line, Setting? Earlier);
}

namespace Smtpd.Mongo;

/// <summary>The options of a connection string before anybody has looked into them. Names are told apart without case.</summary>
internal sealed class ConnectionOptions
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _namesMayBeShown;

    private ConnectionOptions(bool namesMayBeShown) => _namesMayBeShown = namesMayBeShown;

    /// <param name="query">What stands behind the question mark; the original's client took a semicolon for an ampersand, too.</param>
    /// <param name="namesMayBeShown">False where an unknown name may be part of a password.</param>
    public static ConnectionOptions Split(string query, bool namesMayBeShown)
    {
        var options = new ConnectionOptions(namesMayBeShown);
        string[] pairs = query.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < pairs.Length; i++)
        {
            string place = $"option {i + 1}";
            int equals = pairs[i].IndexOf('=');
            if (equals <= 0) throw new ConnectionStringException($"{place} is not of the form name=value");
            string name = ConnectionString.Decode(pairs[i][..equals], place);
            string value = ConnectionString.Decode(pairs[i][(equals + 1)..], place);
            if (options._values.TryGetValue(name, out List<string>? values)) values.Add(value);
            else options._values.Add(name, [value]);
            options._places.TryAdd(name, i + 1);
        }
        return options;
    }

    /// <summary>Every value of an option, in order; null where it is not there.</summary>
    public IReadOnlyList<string>? All(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <summary>The last value of an option; null where it is not there.</summary>
    public string? Last(string name) => All(name)?[^1];

    /// <summary>True when the option is there, whatever it says.</summary>
    public bool Has(string name) => All(name) is not null;

    /// <summary>Those for which nobody has asked, as the operator may see them.</summary>
    public IEnumerable<string> Unknown => _values.Keys.Where(name => !_asked.Contains(name))
        .Select(name => _namesMayBeShown && name.All(char.IsAsciiLetterOrDigit) ? $"option {name}" : $"option {_places[name]}");
}

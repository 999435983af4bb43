namespace Smtpd.Mime;

/// <summary>
/// A field value of the form <c>head; name=value; …</c> (RFC 2045 §5.1) with the extensions of RFC 2231, read as loosely as it is
/// written: missing semicolons and quotes, comments anywhere. One pass.
/// </summary>
internal sealed class Parameters
{
    /// <summary>Parameters that are read, each piece of a divided one counted.</summary>
    public const int Most = 200;

    private readonly List<(string Name, string Value, bool IsSeparated)> _values = [];
    private ContinuedParameters? _continued;

    private Parameters(string head) => Head = head;

    /// <summary>What stands before the first semicolon, without comments and without white space around <c>/</c>.</summary>
    public string Head { get; }

    public bool AreTooMany { get; private set; }

    /// <summary>The value, or an empty string when there is none. Names are compared without regard to case.</summary>
    public string this[string name]
    {
        get
        {
            // RFC 6266 §4.3: where both forms are there, the extended one is the better.
            if (_continued?.Find(name) is { } whole) return whole;
            foreach ((string one, string value, _) in _values)
                if (one.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
            return "";
        }
    }

    /// <summary>False where the value that counts lacks the semicolon in front of its name, and may be the end of another value.</summary>
    public bool IsSeparated(string name)
    {
        if (_continued?.Find(name) is not null) return true;
        foreach ((string one, _, bool isSeparated) in _values)
            if (one.Equals(name, StringComparison.OrdinalIgnoreCase)) return isSeparated;
        return true;
    }

    /// <summary>Every parameter under its lower-case name, divided ones put together.</summary>
    public IEnumerable<(string Name, string Value)> All =>
        _values.Select(one => one.Name).Concat(_continued?.Names ?? []).Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(name => (name.ToLowerInvariant(), this[name]));

    /// <param name="text">The field's value, unfolded.</param>
    public static Parameters Read(string text)
    {
        var cursor = new ParameterCursor(text);
        var parameters = new Parameters(cursor.ReadHead());
        while (cursor.TryReadParameter(out string name, out string value))
        {
            if (parameters._values.Count + (parameters._continued?.Count ?? 0) == Most)
            {
                parameters.AreTooMany = true;
                break;
            }
            if (name.Contains('*', StringComparison.Ordinal) && ContinuedParameters.TryReadName(name, out string plain, out int index, out bool isExtended))
                (parameters._continued ??= new ContinuedParameters()).Add(plain, index, isExtended, value);
            else parameters._values.Add((name, value, cursor.IsSeparated));
        }
        return parameters;
    }
}

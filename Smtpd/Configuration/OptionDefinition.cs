namespace Smtpd.Configuration;

/// <summary>What the text of an option must look like.</summary>
internal enum OptionKind
{
    /// <summary>Any text without control characters.</summary>
    Text,

    /// <summary>A regular expression. It may hold line feeds, for the original's files continue it over several lines.</summary>
    Pattern,

    /// <summary>Text that is never printed.</summary>
    Secret,

    /// <summary>A file or folder; empty for none.</summary>
    File,

    /// <summary>A domain name or address literal (RFC 5321 §4.1.2, §4.1.3).</summary>
    Domain,

    /// <summary>An IP address.</summary>
    Address,

    /// <summary>A decimal number between the definition's bounds.</summary>
    Number,

    /// <summary>One of the original's ten words for yes and no.</summary>
    Boolean,

    /// <summary>One of the definition's choices, in any case.</summary>
    Choice,

    /// <summary>Where a page lives on its host: empty, or <c>/like/this</c>.</summary>
    UrlPath,

    /// <summary>A list of domain names; <c>*.example.com</c> for those below one, <c>*</c> or <c>.</c> for all.</summary>
    Hosts,

    /// <summary>A list of IP addresses and networks in CIDR notation (RFC 4632 §3.1).</summary>
    Networks,

    /// <summary>A list of origins of web pages (RFC 6454 §6.2): <c>https://app.example.com</c>.</summary>
    Origins,

    /// <summary>A list of <c>address:port</c>, each with <c>tls</c> or <c>proxy</c> or both behind it, or neither.</summary>
    Listeners,
}

/// <summary>One option: its name, its form, its default and whether this version acts on it.</summary>
/// <param name="Default">The default as a file would write it; lists are separated by commas.</param>
/// <param name="Meaning">One line for people.</param>
internal sealed record OptionDefinition(string Section, string Key, OptionKind Kind, string Default, string Meaning)
{
    private readonly string? _defaultWithoutFile;

    public string Name => Section.Length == 0 ? Key : $"{Section}.{Key}";

    public bool IsList => Kind is OptionKind.Hosts or OptionKind.Networks or OptionKind.Origins or OptionKind.Listeners;

    /// <summary>The default where there is no configuration file at all.</summary>
    public string DefaultWithoutFile { get => _defaultWithoutFile ?? Default; init => _defaultWithoutFile = value; }

    public long Min { get; init; }

    public long Max { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>True for options that the original did not have.</summary>
    public bool IsAdded { get; init; }

    /// <summary>False for options of the original whose feature this version does not have; the default is then what this version does.</summary>
    public bool IsActedOn { get; init; } = true;

    /// <summary>What leaving the option aside means for safety; null when nothing.</summary>
    public string? Consequence { get; init; }
}

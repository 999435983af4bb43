using System.Net;
using System.Text.RegularExpressions;

namespace Smtpd.Configuration;

/// <summary>Something that the operator should know about his settings although they work.</summary>
internal sealed record Notice(LogLevel Level, string Text);

/// <summary>One setting as it holds, for <c>smtpd check</c>.</summary>
/// <param name="WrittenAs">What it is called where it comes from; null for its own name.</param>
internal sealed record EffectiveSetting(string Name, string Text, Origin Origin, string? WrittenAs);

/// <summary>What the command line has to say about settings; null where it says nothing.</summary>
/// <param name="ConfigFile">The file of <c>-config</c>.</param>
/// <param name="Listen">The one SMTP listener of <c>-if</c>.</param>
/// <param name="Verbose">True for <c>-v y</c>: everything is logged, on standard output when no log file is named.</param>
internal sealed record SettingsOverrides(string? ConfigFile = null, string? LogFile = null, string? PidFile = null, string? Listen = null, bool Verbose = false);

/// <summary>What came of reading the configuration: settings, or every reason why there are none.</summary>
/// <param name="Source">The file that was read, or <c>built-in defaults</c>.</param>
/// <param name="Settings">Null exactly when there are errors.</param>
/// <param name="Errors">One line each, with file and line in front, in the file's order.</param>
internal sealed record ConfigurationReading(
    string Source,
    Settings? Settings,
    IReadOnlyList<string> Errors,
    IReadOnlyList<Notice> Notices,
    IReadOnlyList<EffectiveSetting> Effective);

/// <summary>Makes settings of what file and command line say.</summary>
internal static class SettingsReader
{
    /// <summary>Reads the configuration file that the command line names, or one of the usual ones, or none.</summary>
    public static ConfigurationReading Read(SettingsOverrides overrides) => Read(ConfigurationFile.Load(overrides.ConfigFile), overrides);

    public static ConfigurationReading Read(RawConfiguration file, SettingsOverrides overrides)
    {
        var values = new OptionValues(file, CommandLineOptions(overrides));
        Settings settings = Build(values);
        SettingsReview.CheckTogether(values, settings);

        IReadOnlyList<string> errors = [.. values.Errors.OrderBy(error => error.Origin.Line).Select(error => error.ToString())];
        return errors.Count > 0
            ? new ConfigurationReading(file.Description, null, errors, [], [])
            : new ConfigurationReading(file.Description, settings, [], SettingsReview.Notices(values, settings), SettingsReview.Effective(values, settings));
    }

    private static List<RawOption> CommandLineOptions(SettingsOverrides overrides)
    {
        List<RawOption> options = [];
        if (overrides.Listen is { } listen) Add("smtp.listen", listen, "-if");
        if (overrides.Verbose) Add("logging.level", "TRACE", "-v");
        if (overrides.LogFile is { } logFile) Add("logfile", logFile, "-logfile");
        else if (overrides.Verbose) Add("logfile", "stdout", "-v");
        if (overrides.PidFile is { } pidFile) Add("pidfile", pidFile, "-pidfile");
        return options;

        void Add(string name, string text, string flag)
        {
            OptionDefinition option = OptionTable.Find(name)!;
            options.Add(new RawOption(option, [text], option.IsList, Origin.CommandLine) { WrittenAs = flag });
        }
    }

    private static Settings Build(OptionValues values)
    {
        string logFile = values.Text("logfile");
        string pidFile = values.Text("pidfile");
        string mailFile = values.Text("datastore.path") is { Length: > 0 } path ? path : MailFile.Default();
        return new Settings(
            new LoggingSettings(values.Text("logging.level") switch
            {
                "ERROR" => LogLevel.Error,
                "WARN" => LogLevel.Warn,
                "TRACE" => LogLevel.Trace,
                _ => LogLevel.Info,
            }),
            new SmtpSettings(
                Listen(values, "smtp"),
                values.Text("smtp.domain"),
                values.Entries("smtp.allowed.hosts"),
                Networks(values.Entries("smtp.trusted.hosts")),
                OrNull(values.Text("smtp.public.key")),
                OrNull(values.Text("smtp.private.key")),
                (int)values.Number("smtp.max.clients"),
                (int)values.Number("smtp.max.recipients"),
                TimeSpan.FromSeconds(values.Number("smtp.max.idle.seconds")),
                values.Number("smtp.max.message.bytes"),
                values.Boolean("smtp.store.messages"),
                values.Text("smtp.bare.lf") == "keep" ? BareLineFeeds.Keep : BareLineFeeds.Reject,
                values.Boolean("smtp.mailbox.plus"))
            {
                Tls = SmtpSecurityReader.Tls(values),
                SignIn = SmtpSecurityReader.SignIn(values),
                XClient = values.Boolean("smtp.xclient"),
                MaxMessages = (int)values.Number("smtp.max.messages"),
                SpamPattern = PatternText.TryCompile(values.Text("smtp.spam.regex"), out Regex? pattern, out _) ? pattern : null,
                SpamAction = SpamActionOf(values),
                Blocks = new BlockSettings(
                    values.Boolean("smtp.greylist.host"),
                    values.Boolean("smtp.greylist.from"),
                    values.Boolean("smtp.greylist.to"),
                    Defers: values.Text("smtp.greylist.action") == "defer"),
                Limits = new LimitSettings(
                    (int)values.Number("smtp.limit.connections"),
                    (int)values.Number("smtp.limit.connections.per.minute"),
                    (int)values.Number("smtp.limit.messages.per.minute"),
                    (int)values.Number("smtp.limit.recipients.per.minute"),
                    (int)values.Number("smtp.limit.bad.commands"),
                    (int)values.Number("smtp.limit.bad.recipients"),
                    (int)values.Number("smtp.limit.failed.signins")),
            },
            new Pop3Settings(Listen(values, "pop3"), values.Text("pop3.domain"), TimeSpan.FromSeconds(values.Number("pop3.max.idle.seconds"))),
            new WebSettings(
                Listen(values, "web"),
                values.Text("web.base.path"),
                values.Text("web.auth") switch
                {
                    "required" => WebAuthentication.Required,
                    "off" => WebAuthentication.Off,
                    _ => WebAuthentication.Auto,
                },
                (int)values.Number("web.max.connections"))
            {
                ConnectionsOfAddress = (int)values.Number("web.limit.connections"),
                CrossOrigins = Origins(values.Entries("web.cors.origins")),
                Compresses = values.Boolean("web.compression"),
                NginxListen = values.IsSet("web.nginx.listen") ? Listeners(values, "web.nginx.listen") : (IReadOnlyList<ListenAddress>)[],
                TrustedProxies = Networks(values.Entries("web.trusted.proxies")),
                Insecure = values.Boolean("web.insecure"),
                UsersSeeAll = values.Text("web.users.see") == "all",
                TakesRegistrations = values.Boolean("web.register"),
                GreetingFile = values.Text("web.greeting.file"),
            },
            new DatastoreSettings(
                values.Text("datastore.storage") switch
                {
                    "memory" => StorageKind.Memory,
                    "mongodb" => StorageKind.Mongo,
                    _ => StorageKind.Sqlite,
                },
                mailFile,
                values.Number("datastore.min.free.bytes"),
                values.Number("datastore.memory.max.bytes"))
            {
                Mongo = MongoSettingsReader.Read(values, mailFile),
            },
            logFile == "stderr" ? null : logFile,
            pidFile == "none" ? null : pidFile,
            // go-guerrilla goes on where it may not write the file, and its samples name one that only root can write.
            PidFileIsRequired: values.OriginOf("pidfile") == Origin.CommandLine);
    }

    private static List<ListenAddress> Listen(OptionValues values, string section)
    {
        if (values.IsSet($"{section}.listen")) return Listeners(values, $"{section}.listen");
        return OptionText.TryAddress(values.Text($"{section}.ip4.address"), out IPAddress address, out _)
            ? [new ListenAddress(new IPEndPoint(address, (int)values.Number($"{section}.ip4.port")), ImplicitTls: false)]
            : [];
    }

    private static List<ListenAddress> Listeners(OptionValues values, string name)
    {
        List<ListenAddress> listeners = [];
        foreach (string entry in values.Entries(name))
        {
            if (OptionText.TryListener(entry, out ListenAddress listener, out _)) listeners.Add(listener);
        }
        return listeners;
    }

    /// <summary>The original threw spam away with a <c>250</c>; a file of its kind that says nothing else means that.</summary>
    private static SpamAction SpamActionOf(OptionValues values)
    {
        if (values.File.Dialect == Dialect.Ini && !values.IsSet("smtp.spam.action") && values.IsSet("smtp.spam.regex")) return SpamAction.Discard;
        return values.Text("smtp.spam.action") switch
        {
            "discard" => SpamAction.Discard,
            "tag" => SpamAction.Tag,
            _ => SpamAction.Reject,
        };
    }

    private static List<IPNetwork> Networks(IReadOnlyList<string> entries)
    {
        List<IPNetwork> networks = [];
        foreach (string entry in entries)
        {
            if (OptionText.TryNetwork(entry, out IPNetwork network, out _)) networks.Add(network);
        }
        return networks;
    }

    private static string[] Origins(IReadOnlyList<string> entries)
    {
        List<string> origins = [];
        foreach (string entry in entries)
        {
            if (OptionText.TryOrigin(entry, out string origin, out _)) origins.Add(origin);
        }
        return origins.Count == 0 ? [] : [.. origins];
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}

namespace Smtpd.Configuration;

/// <summary>Every option that a configuration file may set: the one place for names, defaults and bounds.</summary>
internal static class OptionTable
{
    private const int Day = 24 * 60 * 60;
    private const string LaterVersion = "kept for the original's files; this version does not act on it";

    public static readonly IReadOnlyList<string> Sections = ["logging", "smtp", "pop3", "web", "datastore"];

    public static readonly IReadOnlyList<OptionDefinition> All =
    [
        new("logging", "level", OptionKind.Choice, "INFO", "which lines reach the log, from the rarest to all") { Choices = ["ERROR", "WARN", "INFO", "TRACE"] },

        Added(new("smtp", "listen", OptionKind.Listeners, "", "where SMTP is received; replaces ip4.address and ip4.port")),
        new("smtp", "ip4.address", OptionKind.Address, "127.0.0.1", "the address on which SMTP is received"),
        Port("smtp", "25000"),
        new("smtp", "domain", OptionKind.Domain, "smtpd.local", "the name with which the server greets"),
        new("smtp", "allowed.hosts", OptionKind.Hosts, "", "domains for which anybody may send mail; empty: only trusted hosts may send; *.example.com for those below a domain, * or . for all") { DefaultWithoutFile = "*" },
        new("smtp", "trusted.hosts", OptionKind.Networks, "", "addresses and networks that may send to every domain"),
        new("smtp", "public.key", OptionKind.File, "", "certificate chain in PEM; with private.key it switches TLS on"),
        new("smtp", "private.key", OptionKind.File, "", "private key in PEM"),
        Added(Boolean("smtp", "tls.required", "false", "true: mail is taken inside TLS only")),
        Added(new("smtp", "tls.client.ca", OptionKind.File, "", "certificates in PEM of those whose client certificates are believed; they sign in by AUTH EXTERNAL")),
        Added(new("smtp", "auth", OptionKind.Choice, "optional", "who signs in: nobody, whoever has an account, everybody who sends, or whoever with any password") { Choices = ["off", "optional", "required", "any"] }),
        Added(Boolean("smtp", "auth.insecure", "false", "true: AUTH outside TLS too, where passwords can be read on the way")),
        Added(Boolean("smtp", "auth.any.public", "false", "true: auth any is meant to hold on addresses beyond this machine")),
        Added(Boolean("smtp", "auth.scram.plus", "false", "true: SCRAM-SHA-256-PLUS is offered inside TLS")),
        Number("smtp", "max.clients", "500", 1, 1_000_000, "SMTP connections at once"),
        Number("smtp", "max.recipients", "100", 1, 1_000_000, "recipients of one message"),
        Added(Number("smtp", "max.messages", "0", 0, 999_999, "MAIL commands on one connection; 0: no limit")),
        Number("smtp", "max.idle.seconds", "300", 1, Day, "seconds without a command or data after which a client is sent away"),
        Number("smtp", "max.message.bytes", "20480000", 1, int.MaxValue, "octets of one message"),
        Boolean("smtp", "store.messages", "true", "false: mail is accepted, announced and thrown away"),
        Added(new("smtp", "bare.lf", OptionKind.Choice, "reject", "what happens to messages with a CR or LF that stands alone") { Choices = ["reject", "keep"] }),
        Added(Boolean("smtp", "mailbox.plus", "false", "true: mail for name+tag goes into the mailbox of name")),
        Boolean("smtp", "xclient", "false", "true: clients in trusted.hosts may say by XCLIENT for whom they speak"),
        Later(Boolean("smtp", "debug", "false", LaterVersion)),
        Later(new("smtp", "debug.path", OptionKind.File, "/tmp/smtpd", LaterVersion)),
        new("smtp", "spam.regex", OptionKind.Pattern, "", "a regular expression; a message that matches it is spam"),
        Added(new("smtp", "spam.action", OptionKind.Choice, "reject", "what happens to spam; discard where an INI file sets spam.regex and not this") { Choices = ["reject", "discard", "tag"] }),
        Boolean("smtp", "greylist.host", "true", "the block list of clients' addresses and networks is asked"),
        Boolean("smtp", "greylist.from", "true", "the block list of senders is asked"),
        Boolean("smtp", "greylist.to", "true", "the block list of recipients is asked"),
        Added(new("smtp", "greylist.action", OptionKind.Choice, "reject", "who stands on a block list is refused for good, or for now") { Choices = ["reject", "defer"] }),
        Limit("connections", "50", "connections of one client's address at once"),
        Limit("connections.per.minute", "300", "connections of one address a minute"),
        Limit("messages.per.minute", "1000", "messages of one address a minute"),
        Limit("recipients.per.minute", "5000", "recipients named by one address a minute"),
        Limit("bad.commands", "100", "refused commands of one address a minute"),
        Limit("bad.recipients", "200", "refused recipients of one address a minute"),
        Limit("failed.signins", "30", "failed sign-ins of one address an hour"),

        Later(Added(new("pop3", "listen", OptionKind.Listeners, "", LaterVersion))),
        Later(new("pop3", "ip4.address", OptionKind.Address, "127.0.0.1", LaterVersion)),
        Later(Port("pop3", "11000")),
        Later(new("pop3", "domain", OptionKind.Domain, "smtpd.local", LaterVersion)),
        Later(Number("pop3", "max.idle.seconds", "600", 1, Day, LaterVersion)),

        Added(new("web", "listen", OptionKind.Listeners, "", "where the page and the API are served; replaces ip4.address and ip4.port")),
        new("web", "ip4.address", OptionKind.Address, "127.0.0.1", "the address on which the page and the API are served"),
        Port("web", "10025"),
        Added(new("web", "base.path", OptionKind.UrlPath, "", "path under which a reverse proxy shows the page, such as /mail")),
        Added(new("web", "auth", OptionKind.Choice, "auto", "who may use the page and the API") { Choices = ["auto", "required", "off"] }),
        Added(new("web", "trusted.proxies", OptionKind.Networks, "", "addresses and networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed")),
        Added(Boolean("web", "insecure", "false", "true: passwords are taken over plain HTTP from other computers too")),
        Added(new("web", "users.see", OptionKind.Choice, "own", "what a user who is no superuser sees: the mail of his mailboxes, or everybody's") { Choices = ["own", "all"] }),
        Added(Boolean("web", "register", "false", "true: whoever comes may ask for an account, which then waits to be enabled")),
        Added(new("web", "nginx.listen", OptionKind.Listeners, "", "where nginx's questions are answered, besides the page's own address")),
        Added(Number("web", "max.connections", "256", 1, 65_536, "web connections at once")),
        Added(Number("web", "limit.connections", "64", 0, 65_536, "web connections of one client's address at once; 0: no limit")),
        Added(new("web", "cors.origins", OptionKind.Origins, "", "origins of other pages that may use the API")),
        Added(Boolean("web", "compression", "true", "answers are compressed for clients that understand it")),
        Later(new("web", "theme", OptionKind.Text, "", LaterVersion)),
        Later(new("web", "template.dir", OptionKind.File, "", LaterVersion)),
        Later(Boolean("web", "template.cache", "false", LaterVersion)),
        Later(new("web", "public.dir", OptionKind.File, "", LaterVersion)),
        new("web", "greeting.file", OptionKind.File, "", "a file of HTML that is shown to who is not signed in"),
        Later(new("web", "cookie.secret", OptionKind.Secret, "", LaterVersion)),
        Later(Boolean("web", "client.broadcasts", "false", LaterVersion)),
        Later(Number("web", "connection.timeout", "0", 0, Day, LaterVersion)),
        Later(Boolean("web", "redis.enabled", "false", LaterVersion)),
        Later(new("web", "redis.host", OptionKind.Text, "", LaterVersion)),
        Later(Number("web", "redis.port", "6379", 1, ushort.MaxValue, LaterVersion)),
        Later(new("web", "redis.channel", OptionKind.Text, "", LaterVersion)),

        new("datastore", "storage", OptionKind.Choice, "sqlite", "where mail is kept") { Choices = ["sqlite", "memory", "mongodb"] },
        Added(new("datastore", "path", OptionKind.File, "", $"the SQLite file; empty: {MailFile.InStateFolder} where that folder can be written, else {MailFile.InWorkingFolder}")),
        Added(Number("datastore", "min.free.bytes", "268435456", 0, long.MaxValue, "free octets on the store's file system below which no mail is taken")),
        Added(Number("datastore", "memory.max.bytes", "268435456", 1, long.MaxValue, "octets that the memory store holds before it takes no more mail")),
        new("datastore", "mongo.uri", OptionKind.Secret, "127.0.0.1:27017", "where MongoDB is: a connection string, with or without mongodb:// in front"),
        new("datastore", "mongo.db", OptionKind.Text, "Smtpd", "the database"),
        new("datastore", "mongo.coll", OptionKind.Text, "Messages", "the collection of the messages"),
        Added(Number("datastore", "mongo.timeout", "5", 1, 600, "seconds that a write to MongoDB may take before its messages go to the spool, or are refused where there is none")),
        Added(Boolean("datastore", "mongo.spool", "true", "false: mail is refused while MongoDB is away; true: it waits in a local file")),
        Added(new("datastore", "mongo.spool.path", OptionKind.File, "", "that file; empty: spool.db in the folder of datastore.path")),
        Added(Number("datastore", "mongo.spool.max.bytes", "10737418240", 1_048_576, long.MaxValue, "octets of messages that wait there at most; beyond, mail is refused as by a full disk")),
        Later(Boolean("datastore", "mime.parser", "true", LaterVersion)),
    ];

    /// <summary>What only the command line says, as its flags are called, and go-guerrilla's files.</summary>
    public static readonly IReadOnlyList<OptionDefinition> OfCommandLine =
    [
        new("", "logfile", OptionKind.File, "stderr", "the log's file, or stderr, or stdout"),
        new("", "pidfile", OptionKind.File, "none", "the file that holds the process id while the server runs, or none"),
    ];

    private static readonly Dictionary<string, OptionDefinition> ByName = All.Concat(OfCommandLine).ToDictionary(option => option.Name, StringComparer.Ordinal);

    /// <summary>The option of that name, or null. Names are case-sensitive, as the original's are.</summary>
    public static OptionDefinition? Find(string section, string key) => section.Length == 0 ? null : Find($"{section}.{key}");

    /// <summary>The option of that name, the section's name in front of it and a dot between, or null.</summary>
    public static OptionDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The keys that a section may hold.</summary>
    public static IEnumerable<string> KeysOf(string section) => All.Where(option => option.Section == section).Select(option => option.Key);

    // Port 0 is "any free port", which tests ask for.
    private static OptionDefinition Port(string section, string port) =>
        Number(section, "ip4.port", port, 0, ushort.MaxValue, "the port that goes with ip4.address");

    private static OptionDefinition Number(string section, string key, string standard, long min, long max, string meaning) =>
        new(section, key, OptionKind.Number, standard, meaning) { Min = min, Max = max };

    private static OptionDefinition Boolean(string section, string key, string standard, string meaning) =>
        new(section, key, OptionKind.Boolean, standard, meaning);

    private static OptionDefinition Limit(string what, string standard, string meaning) =>
        Added(Number("smtp", $"limit.{what}", standard, 0, 1_000_000, $"{meaning}; 0: no limit"));

    private static OptionDefinition Added(OptionDefinition option) => option with { IsAdded = true };

    private static OptionDefinition Later(OptionDefinition option) => option with { IsActedOn = false };
}

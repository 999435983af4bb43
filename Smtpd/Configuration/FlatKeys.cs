namespace Smtpd.Configuration;

/// <summary>What became of a key that go-guerrilla knew.</summary>
internal enum FlatMeaning
{
    /// <summary>It is one of our options under another name.</summary>
    Option,

    /// <summary>It says where go-guerrilla's MySQL or Redis is, or how mail is kept there.</summary>
    Database,

    /// <summary>It names the user or group to become.</summary>
    User,

    /// <summary>It switches the listener on that answers nginx, which asks where to send mail.</summary>
    Nginx,

    /// <summary>It has no meaning here; in some versions of go-guerrilla it had none either.</summary>
    None,
}

/// <summary>One key of go-guerrilla's file.</summary>
/// <param name="Option">The option that it fills, or null.</param>
/// <param name="Default">What go-guerrilla took where the key was absent.</param>
internal sealed record FlatKey(string Name, FlatMeaning Meaning, string? Option = null, string Default = "")
{
    /// <summary>What go-guerrilla took for a value that was no number; null where there is no such thing.</summary>
    public string? InsteadOfNoNumber { get; init; }
}

/// <summary>The keys of go-guerrilla 1.0 to 1.3: one place for what each of them means here.</summary>
internal static class FlatKeys
{
    private static readonly string[] Prefixes = ["GSMTP_", "GSTMP_", "GM_", "MYSQL_", "REDIS_", "NGINX_AUTH"];

    public static readonly IReadOnlyList<FlatKey> All =
    [
        // The first spelling is go-guerrilla's own; people correct it.
        new("GSTMP_LISTEN_INTERFACE", FlatMeaning.Option, "smtp.listen", "0.0.0.0:25"),
        new("GSMTP_LISTEN_INTERFACE", FlatMeaning.Option, "smtp.listen"),
        new("GSMTP_HOST_NAME", FlatMeaning.Option, "smtp.domain", "server.example.com"),
        new("GM_ALLOWED_HOSTS", FlatMeaning.Option, "smtp.allowed.hosts", "guerrillamail.de,guerrillamailblock.com"),
        new("GM_MAX_CLIENTS", FlatMeaning.Option, "smtp.max.clients", "500") { InsteadOfNoNumber = "50" },
        new("GSMTP_MAX_SIZE", FlatMeaning.Option, "smtp.max.message.bytes", "131072") { InsteadOfNoNumber = "131072" },
        new("GSMTP_TIMEOUT", FlatMeaning.Option, "smtp.max.idle.seconds", "100") { InsteadOfNoNumber = "10" },
        new("GSMTP_PUB_KEY", FlatMeaning.Option, "smtp.public.key", "/etc/ssl/certs/ssl-cert-snakeoil.pem"),
        new("GSMTP_PRV_KEY", FlatMeaning.Option, "smtp.private.key", "/etc/ssl/private/ssl-cert-snakeoil.key"),
        new("GSMTP_LOG_FILE", FlatMeaning.Option, "logfile"),
        new("PID_FILE", FlatMeaning.Option, "pidfile", "/var/run/go-guerrilla.pid"),

        new("MYSQL_HOST", FlatMeaning.Database),
        new("MYSQL_USER", FlatMeaning.Database),
        new("MYSQL_PASS", FlatMeaning.Database),
        new("MYSQL_DB", FlatMeaning.Database),
        new("GM_MAIL_TABLE", FlatMeaning.Database),
        new("GSMTP_MAIL_EXPIRE_SECONDS", FlatMeaning.Database),

        new("SUID", FlatMeaning.User),
        new("SGID", FlatMeaning.User),
        new("GUID", FlatMeaning.User),
        new("GSMTP_USER", FlatMeaning.User),
        new("GSMTP_UID", FlatMeaning.User),
        new("GSMTP_GID", FlatMeaning.User),

        new("NGINX_AUTH_ENABLED", FlatMeaning.Nginx),
        new("NGINX_AUTH", FlatMeaning.Option, "web.nginx.listen"),

        new("GM_PRIMARY_MAIL_HOST", FlatMeaning.None),
        new("GSMTP_VERBOSE", FlatMeaning.None),
        new("MAX_SMTP_CLIENTS", FlatMeaning.None),
        new("GM_CONN_BACKLOG", FlatMeaning.None),
        new("GM_SAVE_WORKERS", FlatMeaning.None),
    ];

    private static readonly Dictionary<string, FlatKey> ByName = All.ToDictionary(key => key.Name, StringComparer.Ordinal);

    /// <summary>Where go-guerrilla answered nginx when it was not told otherwise.</summary>
    public const string NginxDefault = "127.0.0.1:8025";

    /// <summary>The key of that name, or null. A key that begins like those of the databases is one of theirs.</summary>
    public static FlatKey? Find(string name)
    {
        if (ByName.TryGetValue(name, out FlatKey? key)) return key;
        bool ofDatabase = name.StartsWith("MYSQL_", StringComparison.Ordinal) || name.StartsWith("REDIS_", StringComparison.Ordinal);
        return ofDatabase ? new FlatKey(name, FlatMeaning.Database) : null;
    }

    /// <summary>The key that fills an option, or null.</summary>
    public static FlatKey? For(string option) => All.FirstOrDefault(key => key.Option == option);

    /// <summary>True for a key that only a file of go-guerrilla has, misspelt ones included.</summary>
    public static bool Owns(string name) => ByName.ContainsKey(name) || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}

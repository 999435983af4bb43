namespace Smtpd.Configuration;

/// <summary>Looks at the settings as a whole: what does not go together, what deserves a word, and how they are printed.</summary>
internal static class SettingsReview
{
    /// <summary>RFC 5321 §4.5.3.1.8.</summary>
    private const int RecipientsToAccept = 100;

    /// <summary>Adds an error for every combination that cannot work.</summary>
    public static void CheckTogether(OptionValues values, Settings settings)
    {
        MongoSettingsReader.Check(values);
        bool certificate = settings.Smtp.CertificateFile is not null;
        bool key = settings.Smtp.PrivateKeyFile is not null;
        if (certificate && !key) values.Fail("smtp.public.key", Problems.KeyWithoutPartner(values.Called("smtp.private.key")));
        if (key && !certificate) values.Fail("smtp.private.key", Problems.KeyWithoutPartner(values.Called("smtp.public.key")));
        if (!certificate && !key && settings.Smtp.Listen.FirstOrDefault(one => one.ImplicitTls) is { } secure)
            values.Fail("smtp.listen", Problems.TlsWithoutKey($"{secure.EndPoint} tls", values.Called("smtp.public.key"), values.Called("smtp.private.key")));
        SmtpSecurityReader.CheckTogether(values, settings.Smtp);
        foreach ((string name, IReadOnlyList<ListenAddress> listeners) in (ReadOnlySpan<(string, IReadOnlyList<ListenAddress>)>)
            [("smtp.listen", settings.Smtp.Listen), ("web.listen", settings.Web.Listen), ("web.nginx.listen", settings.Web.NginxListen)])
        {
            if (settings.Smtp.TrustedHosts.Count == 0 && listeners.FirstOrDefault(one => one.Proxy) is { } proxied)
                values.Fail(name, Problems.ProxyWithoutTrust($"{proxied.EndPoint} proxy"));
        }
        if (settings.Web.NginxListen.Any(one => one.ImplicitTls)) values.Fail("web.nginx.listen", Problems.WebTls);
        if (settings.Web.Listen.Any(one => one.ImplicitTls)) values.Fail("web.listen", Problems.WebTls);
    }

    /// <summary>What the log says once at start. What makes the server less strict than it was asked to be is a warning.</summary>
    public static IReadOnlyList<Notice> Notices(OptionValues values, Settings settings)
    {
        List<Notice> notices = [.. values.File.Notices, .. ForeignReview.Notices(values, settings)];
        if (settings.Datastore.Mongo is { } mongo) notices.AddRange(MongoSettingsReader.Notices(values, mongo.Connection));
        List<OptionDefinition> unused = [.. OptionTable.All.Where(option => !option.IsActedOn && values.DiffersFromDefault(option))];
        foreach (OptionDefinition option in unused.Where(option => option.Consequence is not null))
            notices.Add(new Notice(LogLevel.Warn, At(option.Name, Problems.UnusedUnsafe(option.Name, option.Consequence!))));
        foreach (IGrouping<string, OptionDefinition> section in unused.Where(option => option.Consequence is null && option.Section != "pop3").GroupBy(option => option.Section))
            notices.Add(new Notice(LogLevel.Info, At(section.First().Name, Problems.Unused(section.Key, section.Select(option => option.Key)))));
        if (OptionTable.All.FirstOrDefault(option => option.Section == "pop3" && values.IsSet(option.Name)) is { } pop3)
            notices.Add(new Notice(LogLevel.Info, At(pop3.Name, Problems.NoPop3)));

        foreach (string section in (string[])["smtp", "web"])
        {
            foreach (string replaced in (string[])[$"{section}.ip4.address", $"{section}.ip4.port"])
            {
                bool byFile = values.IsSet($"{section}.listen") && values.OriginOf($"{section}.listen") != Origin.CommandLine;
                if (byFile && values.IsSet(replaced)) notices.Add(new Notice(LogLevel.Info, At(replaced, Problems.Replaced(replaced, $"{section}.listen"))));
            }
        }
        if (settings.Smtp.MaxRecipients < RecipientsToAccept)
            notices.Add(new Notice(LogLevel.Warn, At("smtp.max.recipients", Problems.FewRecipients(settings.Smtp.MaxRecipients))));
        if (settings.Smtp.AllowedHosts.Count == 0 && settings.Smtp.TrustedHosts.Count == 0)
            notices.Add(new Notice(LogLevel.Warn, At("smtp.allowed.hosts", values.File.Dialect == Dialect.Flat ? Problems.NobodyMaySendFlat : Problems.NobodyMaySend)));
        return notices;

        string At(string name, string text) => values.IsSet(name) ? $"{values.OriginOf(name)}: {text}" : text;
    }

    /// <summary>Every option that has an effect, and those that a file sets in vain.</summary>
    public static IReadOnlyList<EffectiveSetting> Effective(OptionValues values, Settings settings)
    {
        List<EffectiveSetting> effective = [];
        foreach (OptionDefinition option in OptionTable.All.Concat(OptionTable.OfCommandLine))
        {
            bool listens = values.IsSet($"{option.Section}.listen");
            bool replaced = option.Key is "ip4.address" or "ip4.port" && listens;
            bool absent = option.Key == "listen" && !listens;
            if (replaced || absent || (!option.IsActedOn && !values.IsSet(option.Name))) continue;
            effective.Add(new EffectiveSetting(option.Name, Shown(option, values, settings), values.OriginOf(option.Name), values.WrittenAs(option.Name)));
        }
        return effective;
    }

    private static string Shown(OptionDefinition option, OptionValues values, Settings settings)
    {
        if (option.Name == "datastore.mongo.uri" && settings.Datastore.Mongo is { } mongo) return MongoSettingsReader.Shown(mongo.Connection);
        if (option.Kind == OptionKind.Secret) return values.Text(option.Name).Length > 0 ? "(not shown)" : "";
        if (option.IsList) return string.Join(", ", values.Entries(option.Name));
        if (option.Kind == OptionKind.Boolean) return values.Boolean(option.Name) ? "true" : "false";
        return option.Name switch
        {
            "datastore.path" => settings.Datastore.Path,
            "smtp.spam.action" => settings.Smtp.SpamAction.ToString().ToLowerInvariant(),
            "datastore.mongo.spool.path" => settings.Datastore.Mongo?.SpoolPath ?? values.Text(option.Name),
            _ => values.Text(option.Name),
        };
    }
}

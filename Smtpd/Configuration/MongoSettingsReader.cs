using System.Buffers;
using System.Text;
using Smtpd.Mongo;

namespace Smtpd.Configuration;

/// <summary>Reads what the store in MongoDB needs, and says what is wrong with it. Nothing is connected to here.</summary>
internal static class MongoSettingsReader
{
    private const string Uri = "datastore.mongo.uri";
    private const string Database = "datastore.mongo.db";
    private const string Collection = "datastore.mongo.coll";

    private const string SpoolFile = "spool.db";

    /// <summary>What the server takes for the name of a database.</summary>
    private const int LongestDatabase = 63;

    /// <summary>What the server takes for database, dot and collection together.</summary>
    private const int LongestNamespace = 120;

    private static readonly SearchValues<char> NeverInDatabases = SearchValues.Create("/\\. \"$*<>:|?");

    /// <summary>Null where the store is another one, or its address cannot be read.</summary>
    /// <param name="mailFile">The file of <c>datastore.path</c>; the spool lies beside it unless something else is said.</param>
    public static MongoSettings? Read(OptionValues values, string mailFile)
    {
        if (!IsAskedFor(values) || !ConnectionString.TryParse(values.Text(Uri).Trim(), out MongoConnectionSettings? connection, out _)) return null;
        string spool = values.Text("datastore.mongo.spool.path");
        return new MongoSettings(connection, values.Text(Database).Trim(), values.Text(Collection).Trim(), TimeSpan.FromSeconds(values.Number("datastore.mongo.timeout")))
        {
            Spools = values.Boolean("datastore.mongo.spool"),
            SpoolPath = spool.Length > 0 ? spool : Path.Combine(Path.GetDirectoryName(mailFile) ?? "", SpoolFile),
            SpoolMostOctets = values.Number("datastore.mongo.spool.max.bytes"),
        };
    }

    public static bool IsAskedFor(OptionValues values) => values.Text("datastore.storage") == "mongodb";

    /// <summary>Adds an error for everything that keeps the store from working whatever the server says.</summary>
    public static void Check(OptionValues values)
    {
        if (!IsAskedFor(values)) return;
        if (!ConnectionString.TryParse(values.Text(Uri).Trim(), out MongoConnectionSettings? connection, out string? problem)) values.Fail(Uri, problem);
        else if (connection.Unsupported is { } unsupported) values.Fail(Uri, unsupported);
        else if (!connection.WriteConcern.IsAcknowledged) values.Fail(Uri, Problems.MongoWithoutAcknowledgement);
        else if (connection.Tls is { IsOn: true } && connection.Tls.AuthoritiesFile is { } file && !File.Exists(file)) values.Fail(Uri, Problems.MongoFileMissing("tlsCAFile", file));
        string database = values.Text(Database).Trim(), collection = values.Text(Collection).Trim();
        if (database.Length == 0 || Encoding.UTF8.GetByteCount(database) > LongestDatabase || database.AsSpan().ContainsAny(NeverInDatabases)) values.Fail(Database, Problems.NotADatabase(database));
        if (collection.Length == 0 || collection.StartsWith("system.", StringComparison.Ordinal) || collection.Contains('$') || Encoding.UTF8.GetByteCount($"{database}.{collection}") > LongestNamespace)
            values.Fail(Collection, Problems.NotACollection(collection));
    }

    /// <summary>What the operator should know of the connection string although it works.</summary>
    public static IEnumerable<Notice> Notices(OptionValues values, MongoConnectionSettings connection)
    {
        string place = values.IsSet(Uri) ? $"{values.OriginOf(Uri)}: {Uri}" : Uri;
        foreach (string warning in connection.Warnings) yield return new Notice(LogLevel.Warn, $"{place}: {warning}");
        if (connection.WriteConcern is { Mode: not WriteConcern.MajorityMode, Members: null or < 2 } or { Journal: false })
            yield return new Notice(LogLevel.Warn, $"{place}: {Problems.MongoHardlySafe}");
        if (connection.Credential is not null && !connection.Tls.IsOn && connection.Hosts.Any(host => !IsHere(host))) yield return new Notice(LogLevel.Info, $"{place}: {Problems.MongoInClear}");
    }

    /// <summary>The connection string as it may be printed.</summary>
    public static string Shown(MongoConnectionSettings connection) => connection.Credential is { } credential ? $"{connection.Description} as {credential}" : connection.Description;

    private static bool IsHere(MongoHost host) => host.IsSocket || host.Name == "localhost" || (System.Net.IPAddress.TryParse(host.Name, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
}

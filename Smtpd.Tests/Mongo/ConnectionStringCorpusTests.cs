using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo;

/// <summary>Connection strings and their options against the drivers' specification data.</summary>
public sealed class ConnectionStringCorpusTests
{
    /// <summary>Cases, by file and description, that this program decides otherwise, and why.</summary>
    private static readonly Dictionary<string, string> _different = new()
    {
        ["read-write-concern/connection-string/write-concern.json wtimeoutMS as an invalid number"] = "uri-options/concern-options.json has the same text as good with a warning",
    };

    /// <summary>Read without a warning, and that is all: nothing is compressed, and revocation is not looked up.</summary>
    private static readonly HashSet<string> _withoutEffect = ["compressors", "zlibCompressionLevel", "tlsDisableCertificateRevocationCheck", "tlsDisableOCSPEndpointCheck"];

    private static IEnumerable<TestCaseData> Strings => SpecificationCorpus.Cases("tests", "connection-string", "uri-options");

    private static IEnumerable<TestCaseData> Credentials => SpecificationCorpus.Cases("tests", "auth/legacy/connection-string.json");

    private static IEnumerable<TestCaseData> Concerns => SpecificationCorpus.Cases("tests", "read-write-concern/connection-string");

    private static IEnumerable<TestCaseData> ConcernDocuments => SpecificationCorpus.Cases("tests", "read-write-concern/document/write-concern.json");

    [TestCaseSource(nameof(Strings))]
    public void A_string_is_read_as_specified(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, "tests", index);
        if (!TryRead(test, out MongoConnectionSettings? settings)) return;
        Assert.That(settings.Warnings.Count > 0, Is.EqualTo(test.Member("warning")?.GetBoolean() ?? false), $"warnings: {string.Join(" | ", settings.Warnings)}");
        if (test.Member("hosts") is { } hosts)
        {
            Assert.That(settings.Hosts.Select(host => host.Name), Is.EqualTo(hosts.EnumerateArray().Select(host => host.Text("host"))));
            Assert.That(settings.Hosts.Where(host => !host.IsSocket).Select(host => host.Port),
                Is.EqualTo(hosts.EnumerateArray().Where(host => host.Text("type") != "unix").Select(host => host.Member("port")?.GetInt32() ?? MongoHost.DefaultPort)));
        }
        if (test.Member("auth") is { } user)
        {
            Assert.That(settings.Credential?.UserName, Is.EqualTo(user.Text("username")));
            Assert.That(settings.Credential?.Password, Is.EqualTo(user.Text("password")));
            Assert.That(settings.Database, Is.EqualTo(user.Text("db")));
        }
        if (test.Member("options") is not { } options) return;
        foreach (JsonProperty option in options.EnumerateObject())
        {
            if (!_withoutEffect.Contains(option.Name)) Assert.That(ValueOf(settings, option.Name), Is.EqualTo(Shown(option.Value)), option.Name);
        }
    }

    [TestCaseSource(nameof(Credentials))]
    public void A_credential_is_read_as_specified(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, "tests", index);
        string uri = test.GetProperty("uri").GetString()!;
        string description = test.GetProperty("description").GetString()!;
        // What there is of these mechanisms is that they are refused by name.
        string[] others = ["GSSAPI", "MONGODB-AWS", "MONGODB-OIDC"];
        if (others.FirstOrDefault(name => uri.Contains(name, StringComparison.Ordinal) || description.Contains(name, StringComparison.Ordinal)) is { } other)
        {
            if (ConnectionString.TryParse(uri, out MongoConnectionSettings? foreign, out _)) Assert.That(foreign.Unsupported, Does.Contain("is not supported"), other);
            return;
        }
        if (!TryRead(test, out MongoConnectionSettings? settings)) return;
        JsonElement? expected = test.Member("credential");
        Assert.That(settings.Credential is null, Is.EqualTo(expected is null));
        if (expected is not { } credential) return;
        Assert.That(settings.Credential!.UserName, Is.EqualTo(credential.Text("username")));
        Assert.That(settings.Credential.Password, Is.EqualTo(credential.Text("password")));
        Assert.That(settings.Credential.Source, Is.EqualTo(credential.Text("source")));
        Assert.That(settings.Credential.Mechanism, Is.EqualTo(credential.Text("mechanism")));
    }

    [TestCaseSource(nameof(Concerns))]
    public void Concerns_are_read_as_specified_and_are_the_safe_ones_where_nothing_is_said(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, "tests", index);
        string name = $"{file} {test.GetProperty("description").GetString()}";
        if (_different.TryGetValue(name, out string? why))
        {
            Assert.That(ConnectionString.TryParse(test.GetProperty("uri").GetString()!, out MongoConnectionSettings? otherwise, out _), why);
            Assert.That(otherwise!.Warnings, Is.Not.Empty);
            return;
        }
        if (!TryRead(test, out MongoConnectionSettings? settings)) return;
        if (test.Member("readConcern") is { } read) Assert.That(settings.ReadConcern, Is.EqualTo(read.Text("level")));
        if (test.Member("writeConcern") is not { } write) return;
        Assert.That(Shown(settings.WriteConcern), Is.EqualTo(write.Member("w") is { } w ? w.ToString() : WriteConcern.MajorityMode));
        Assert.That(settings.WriteConcern.Journal, Is.EqualTo(write.Member("journal")?.GetBoolean() ?? (settings.WriteConcern.IsAcknowledged ? true : null)));
        Assert.That(settings.WriteConcern.Timeout?.TotalMilliseconds, Is.EqualTo(write.Member("wtimeoutMS")?.GetDouble()));
    }

    [TestCaseSource(nameof(ConcernDocuments))]
    public void A_write_concern_becomes_the_specified_document(string file, int index)
    {
        JsonElement test = SpecificationCorpus.Read(file, "tests", index);
        JsonElement given = test.GetProperty("writeConcern");
        // The specification's bad ones cannot come about: their numbers are refused where they are read.
        if (!test.GetProperty("valid").GetBoolean())
        {
            string text = string.Join('&', given.EnumerateObject().Select(member => $"{member.Name}={member.Value.ToString().ToLowerInvariant()}"));
            bool isGood = ConnectionString.TryParse($"localhost/?{text}", out MongoConnectionSettings? settings, out _);
            Assert.That(!isGood || settings!.Warnings.Count > 0, text);
            return;
        }
        int? members = given.Member("w") is { ValueKind: JsonValueKind.Number } w ? w.GetInt32() : null;
        var concern = new WriteConcern(members, given.Text("w"), given.Member("journal")?.GetBoolean(), given.Member("wtimeoutMS") is { } time ? TimeSpan.FromMilliseconds(time.GetInt32()) : null);
        using var writer = new BsonWriter();
        concern.Write(writer.BeginDocument(), "c"u8).End();
        BsonDocument document = writer.ToDocument()["c"u8].AsDocument();
        JsonElement expected = test.GetProperty("writeConcernDocument");
        Assert.That(concern.IsAcknowledged, Is.EqualTo(test.GetProperty("isAcknowledged").GetBoolean()));
        Assert.That(document.Count, Is.EqualTo(expected.EnumerateObject().Count()));
        foreach (JsonProperty member in expected.EnumerateObject())
        {
            BsonElement element = document[member.Name];
            Assert.That(element.AsString() ?? (element.Type == BsonType.Boolean ? (element.AsBoolean() ? "true" : "false") : element.AsInt64().ToString(CultureInfo.InvariantCulture)), Is.EqualTo(Shown(member.Value)));
        }
    }

    /// <summary>False for a string that is refused, as it should be.</summary>
    private static bool TryRead(JsonElement test, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MongoConnectionSettings? settings)
    {
        bool isGood = ConnectionString.TryParse(test.GetProperty("uri").GetString()!, out settings, out string? problem);
        Assert.That(isGood, Is.EqualTo(test.GetProperty("valid").GetBoolean()), problem);
        return isGood;
    }

    private static string Shown(WriteConcern concern) => concern.Mode ?? concern.Members!.Value.ToString(CultureInfo.InvariantCulture);

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(';', value.EnumerateArray().Select(Shown)),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{Shown(member.Value)}")),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToString(),
    };

    private static string Shown(bool value) => value ? "true" : "false";

    private static string Shown(TimeSpan? time) => ((int)(time ?? TimeSpan.Zero).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static string Shown(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the settings say of an option, as the specification would write it.</summary>
    private static string ValueOf(MongoConnectionSettings settings, string option) => option.ToLowerInvariant() switch
    {
        "authmechanism" => settings.Credential!.Mechanism!,
        "authsource" => settings.Credential!.Source,
        "authmechanismproperties" => string.Join(',', settings.Credential!.Properties.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}")),
        "replicaset" => settings.ReplicaSet!,
        "tls" => Shown(settings.Tls.IsOn),
        "tlscafile" => settings.Tls.AuthoritiesFile!,
        "tlscertificatekeyfile" => settings.Tls.CertificateFile!,
        "tlscertificatekeyfilepassword" => settings.Tls.CertificatePassword!,
        "tlsallowinvalidcertificates" => Shown(settings.Tls.AllowsInvalidCertificates),
        "tlsallowinvalidhostnames" => Shown(settings.Tls.AllowsInvalidNames),
        "tlsinsecure" => Shown(settings.Tls is { AllowsInvalidCertificates: true, AllowsInvalidNames: true }),
        "w" => Shown(settings.WriteConcern),
        "wtimeoutms" => Shown(settings.WriteConcern.Timeout),
        "journal" => Shown(settings.WriteConcern.Journal == true),
        "readconcernlevel" => settings.ReadConcern!,
        "readpreference" => char.ToLowerInvariant(settings.ReadPreference.Mode.ToString()[0]) + settings.ReadPreference.Mode.ToString()[1..],
        "readpreferencetags" => string.Join(';', settings.ReadPreference.TagSets.Select(set => string.Join(',', set.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}:{tag.Value}")))),
        "maxstalenessseconds" => Shown((int)settings.ReadPreference.MaxStaleness!.Value.TotalSeconds),
        "appname" => settings.ApplicationName!,
        "connecttimeoutms" => Shown(settings.Times.Connect),
        "sockettimeoutms" => Shown(settings.Times.Socket),
        "serverselectiontimeoutms" => Shown(settings.Times.ServerSelection),
        "heartbeatfrequencyms" => Shown(settings.Times.Heartbeat),
        "localthresholdms" => Shown(settings.Times.LocalThreshold),
        "timeoutms" => Shown(settings.Times.Operation),
        "maxidletimems" => Shown(settings.Pool.MaxIdle),
        "maxpoolsize" => Shown(settings.Pool.Most),
        "minpoolsize" => Shown(settings.Pool.Least),
        "maxconnecting" => Shown(settings.Pool.MostConnecting),
        "retrywrites" => Shown(settings.RetryWrites),
        "directconnection" => Shown(settings.DirectConnection),
        "loadbalanced" => Shown(settings.LoadBalanced),
        _ => throw new AssertionException($"the option {option} is not compared"),
    };
}

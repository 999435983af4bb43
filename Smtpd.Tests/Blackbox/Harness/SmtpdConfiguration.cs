using System.Text.Json.Nodes;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>The configuration of one server under test: loopback, free ports, a store in the test's folder. Tests change what they are about.</summary>
internal sealed class SmtpdConfiguration
{
    private readonly TemporaryFolder _folder;

    public SmtpdConfiguration(TemporaryFolder folder)
    {
        _folder = folder;
        SmtpPort = Posix.FreePort();
        WebPort = Posix.FreePort();
        Logging = new JsonObject { ["level"] = "INFO" };
        Smtp = new JsonObject
        {
            ["ip4.address"] = "127.0.0.1",
            ["ip4.port"] = SmtpPort,
            ["domain"] = "mx.local.test",
            ["allowed.hosts"] = "local.test, localhost",
            ["trusted.hosts"] = "",
            ["max.clients"] = 500,
            ["max.recipients"] = 100,
            ["max.idle.seconds"] = 60,
            ["max.message.bytes"] = 20480000,
            ["bare.lf"] = "reject",
            ["store.messages"] = true,
        };
        Web = new JsonObject { ["ip4.address"] = "127.0.0.1", ["ip4.port"] = WebPort };
        Datastore = new JsonObject { ["storage"] = "sqlite", ["path"] = StorePath };
    }

    public int SmtpPort { get; }
    public int WebPort { get; }
    public string StoreFolder => _folder.File("store");
    public string StorePath => Path.Combine(StoreFolder, "mail.db");
    public string FilePath => _folder.File("smtpd.conf");

    public JsonObject Logging { get; }
    public JsonObject Smtp { get; }
    public JsonObject Web { get; }
    public JsonObject Datastore { get; }

    /// <summary>What the file holds instead of these sections; the ports in it must be those above.</summary>
    public string? Text { get; set; }

    /// <summary>Writes the file, and makes the store's folder.</summary>
    public string Write()
    {
        Directory.CreateDirectory(StoreFolder);
        var all = new JsonObject
        {
            ["logging"] = Logging.DeepClone(),
            ["smtp"] = Smtp.DeepClone(),
            ["web"] = Web.DeepClone(),
            ["datastore"] = Datastore.DeepClone(),
        };
        File.WriteAllText(FilePath, Text ?? all.ToJsonString(new() { WriteIndented = true }));
        return FilePath;
    }
}

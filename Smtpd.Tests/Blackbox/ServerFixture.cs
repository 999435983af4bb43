using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Base of fixtures whose tests share one running server.</summary>
public abstract class ServerFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal SmtpdProcess Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        var configuration = new SmtpdConfiguration(_folder);
        Configure(configuration);
        Server = await SmtpdProcess.StartAsync(configuration);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Server is null) return;
        await using SmtpdProcess server = Server;
        await server.StopAsync();
    }

    [TearDown]
    public void StillRuns() => Assert.That(Server.IsRunning, Is.True, () => $"the server ended; the end of its log:\n{Server.LastOfLog}");

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _folder.Dispose();
    }

    internal virtual void Configure(SmtpdConfiguration configuration) { }

    internal Task<SmtpDialogue> IntroducedAsync() => SmtpDialogue.IntroducedAsync(Server.Configuration.SmtpPort);
}

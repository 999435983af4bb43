using NUnit.Framework;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Blackbox;

/// <summary>Base of fixtures whose every test has a folder and a configuration of its own, and starts the server as it needs it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class FreshFixture : IDisposable
{
    protected FreshFixture() => Configuration = new SmtpdConfiguration(Folder);

    internal TemporaryFolder Folder { get; } = new();

    internal SmtpdConfiguration Configuration { get; }

    internal Task<SmtpdProcess> StartAsync(params string[] arguments) => SmtpdProcess.StartAsync(Configuration, arguments);

    internal Task<SmtpDialogue> IntroducedAsync() => SmtpDialogue.IntroducedAsync(Configuration.SmtpPort);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Folder.Dispose();
    }
}

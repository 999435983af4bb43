using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Storage.Spooling;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Blackbox.Harness;
using Smtpd.Tests.Web;
using TemporaryFolder = Smtpd.Tests.Operations.TemporaryFolder;

namespace Smtpd.Tests.Storage.Spooling;

/// <summary>A spool before an unreliable store, fed by an intake as in the server.</summary>
internal abstract class SpoolFixture
{
    /// <summary>Every wait ends by an event; this is for a machine that has other things to do.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<BodyStaging> _stagings = [];

    protected TemporaryFolder Folder { get; private set; } = null!;

    protected UnreliableStore Behind { get; private set; } = null!;

    protected SpoolingStore Store { get; private set; } = null!;

    protected Intake Intake { get; private set; } = null!;

    protected BodyStaging Staging { get; private set; } = null!;

    protected ListLog Log { get; } = new();

    protected virtual SpoolSettings Settings { get; } = new(TimeSpan.FromSeconds(30), 64 * 1024 * 1024) { RetryInterval = TimeSpan.FromMilliseconds(20) };

    [SetUp]
    public void SetUp()
    {
        Folder = new TemporaryFolder();
        Behind = new UnreliableStore();
        Open(Folder.Root, Settings);
    }

    [TearDown]
    public async Task TearDown()
    {
        Behind.LetGo();
        await CloseAsync();
        foreach (BodyStaging staging in _stagings) staging.Dispose();
        Folder.Dispose();
    }

    protected void Open(string folder, SpoolSettings settings)
    {
        Store = new SpoolingStore(Behind, new SqliteStore(Path.Combine(folder, "spool.db"), 0, Log, isSearched: false), settings, TimeProvider.System, Log);
        Intake = new Intake(Store, new MailFeed(), keep: true, TimeProvider.System, Log);
        Staging = new BodyStaging(Store.StagingFolder, Store.Space);
        _stagings.Add(Staging);
    }

    protected async Task CloseAsync()
    {
        await Intake.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>Hands a message over as a session does, and waits for its answer.</summary>
    protected async Task<(AcceptOutcome Outcome, MessageId Id)> SendAsync(string subject, int octets = 0, params string[] recipients)
    {
        using ReceivedMail mail = Mails.New(Staging, $"From: a@remote.test\r\nSubject: {subject}\r\n\r\n{new string('x', octets)}\r\n", recipients);
        AcceptOutcome outcome = await Intake.AcceptAsync(mail).AsTask().WaitAsync(Patience);
        return (outcome, mail.Id);
    }

    protected async Task<MessageId> StoredAsync(string subject, int octets = 0, params string[] recipients)
    {
        (AcceptOutcome outcome, MessageId id) = await SendAsync(subject, octets, recipients);
        Assert.That(outcome, Is.EqualTo(AcceptOutcome.Stored));
        return id;
    }

    protected Task ForwardedAsync() => Eventually.HoldsAsync(() => Store.Status is { IsInUse: false, Messages: 0 }, "all is forwarded", Patience);

    /// <summary>What the process leaves when it is killed now: the files as they are.</summary>
    protected string Snapshot()
    {
        string copy = Path.Combine(Folder.Root, $"killed-{Guid.NewGuid():n}");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(Folder.Root, "spool.db*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}

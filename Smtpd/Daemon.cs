using System.Net;
using System.Runtime.InteropServices;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Smtp;
using Smtpd.Storage;
using Smtpd.Web;
using Smtpd.Web.Access;
using Smtpd.Web.Sending;
using Smtpd.Web.Status;

namespace Smtpd;

/// <summary>Builds every object once, in one place; starts them, waits for the signal to stop, and stops them in turn.</summary>
internal static class Daemon
{
    /// <summary>Transactions under way get so long to finish when the program is asked to stop; the original's watchdogs expect no more.</summary>
    private static readonly TimeSpan _drainTime = TimeSpan.FromSeconds(15);

    /// <param name="reading">Where the settings come from, to be looked at.</param>
    /// <returns>The exit code 0, after a drain.</returns>
    /// <exception cref="StartupException">Something that the program needs cannot be had; the text says what and why.</exception>
    public static async Task<int> RunAsync(Settings settings, ConfigurationReading reading, Log log)
    {
        InlineCompletions.ChooseThreadCount();
        try
        {
            await ServeAsync(settings, reading, log).ConfigureAwait(false);
            return 0;
        }
        catch (Exception failure) when (failure is StoreException or ListenException or WebFrontException)
        {
            throw new StartupException(failure.Message, failure);
        }
    }

    private static async Task ServeAsync(Settings settings, ConfigurationReading reading, Log log)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, stop, log);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, stop, log);

        await using Stores stores = StoreFactory.Open(settings, TimeProvider.System, log);
        IMailStore store = stores.Mail;
        var feed = new MailFeed();
        stores.Follow(feed);
        var metrics = new Metrics(TimeProvider.System);
        using var timeline = new Timeline(TimeProvider.System, metrics, log);
        await using var intake = new Intake(store, feed, settings.Smtp.StoreMessages, TimeProvider.System, log) { Metrics = metrics };
        var policy = new RecipientPolicy(settings.Smtp.AllowedHosts, settings.Smtp.TrustedHosts);
        using CertificateSource? certificates = OpenCertificates(settings.Smtp, log);
        using PosixSignalRegistration? hangUp = certificates is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            certificates.Reload();
        });
        var users = new UserDirectory(stores.Users);
        using var blocks = new BlockLists(stores.Blocks, settings.Smtp.Blocks, readsLater: stores.IsShared);
        SharedLists? shared = stores.IsShared ? new SharedLists(users, blocks, log) : null;
        await (shared?.BeginAsync() ?? users.LookAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
        using SignInService signIns = OpenSignIns(settings.Smtp, users, log);
        ClientLimits? limits = settings.Smtp.Limits.AreAllOff ? null : new ClientLimits(settings.Smtp.Limits, policy, TimeProvider.System);
        var tickets = new Tickets(users, TimeProvider.System, log);
        var tally = new PolicyTally();
        SpamFilter? spam = settings.Smtp.SpamPattern is { } pattern ? new SpamFilter(pattern) : null;
        await using var smtp = new SmtpServer(new SmtpContext(settings.Smtp, policy, intake, TimeProvider.System, log)
        {
            Certificates = certificates,
            SignIns = SignsInBySmtp(settings.Smtp) ? signIns : null,
            Limits = limits,
            Blocks = blocks,
            Spam = spam,
            SpamRecords = stores.Users as ISpamRecords,
            Tally = tally,
            Metrics = metrics,
        });
        bool listening = false;
        var surroundings = new WebSurroundings(() => Volatile.Read(ref listening), () => PlainSmtp(settings.Smtp, smtp), settings.Smtp.StoreMessages)
        {
            TrustsProxy = policy.IsTrusted,
            Blocks = blocks,
            Tally = tally,
            Accounts = new WebAccounts(users, signIns, tickets, limits, TimeProvider.System),
            Sending = new SendingRules(settings.Smtp, policy, intake, TimeProvider.System) { Blocks = blocks, Limits = limits, Spam = spam },
            MailboxPlus = settings.Smtp.MailboxPlus,
            Attachments = stores.Users as IAttachmentIds,
            Metrics = metrics,
            Waiting = () => intake.Waiting,
            Spool = () => store.Spool,
            Timeline = timeline,
            Configuration = reading,
        };
        await using var web = new WebServer(settings.Web, store, feed, surroundings, log);
        web.Start();
        using PidFile? pidFile = WritePidFile(settings, log);
        smtp.Start();
        Volatile.Write(ref listening, true);
        timeline.Start(StatusSeries.Sources(metrics, store, () => intake.Waiting));
        Announce(log, store, smtp.Addresses);
        await using UserSocket? userSocket = OpenUserSocket(settings, new UserAdministration(users, tickets, TimeProvider.System) { MailboxPlus = settings.Smtp.MailboxPlus }, log);
        using var tending = new CancellationTokenSource();
        Task tended = Task.WhenAll(tickets.TendAsync(tending.Token), shared?.FollowAsync(tending.Token) ?? Task.CompletedTask);

        await stop.Task.ConfigureAwait(false);
        Volatile.Write(ref listening, false);
        await tending.CancelAsync().ConfigureAwait(false);
        await tended.ConfigureAwait(false);
        await smtp.DrainAsync(_drainTime).ConfigureAwait(false);
        log.Info("Smtpd has stopped");
    }

    private static CertificateSource? OpenCertificates(SmtpSettings settings, Log log) => settings is { CertificateFile: { } certificate, PrivateKeyFile: { } key }
        ? new CertificateSource(certificate, key, settings.Tls.ClientAuthorities, settings.Tls.CertificateMayFail, TimeProvider.System, log)
        : null;

    /// <summary>False where AUTH can never be allowed, so that it is not offered.</summary>
    private static bool SignsInBySmtp(SmtpSettings settings) => settings.SignIn.Mode != SignInMode.Off && (settings.CertificateFile is not null || settings.SignIn.Insecure);

    /// <summary>There also where nobody signs in by SMTP: by the web somebody may.</summary>
    private static SignInService OpenSignIns(SmtpSettings settings, UserDirectory users, Log log)
    {
        if (settings.SignIn.Mode == SignInMode.Any && SignsInBySmtp(settings)) log.Warn("smtp.auth: any takes every name and password; that is for tests");
        if (settings.SignIn.Mode == SignInMode.Required && SignsInBySmtp(settings) && !users.HasUsers) log.Warn("smtp.auth: everybody must sign in, and there is nobody yet who can; see smtpd user add NAME");
        return new SignInService(users, settings.SignIn, TimeProvider.System, log, settings.Limits.FailedSignIns > 0 ? new FailedNames(TimeProvider.System) : null);
    }

    /// <summary>Where the command <c>user</c> reaches a running server. Mail comes in without it too.</summary>
    private static UserSocket? OpenUserSocket(Settings settings, UserAdministration users, Log log)
    {
        try
        {
            return new UserSocket(UserSocket.PathFor(settings.Datastore.OwnFile), users, log);
        }
        catch (ListenException failure)
        {
            log.Warn(failure.Message);
            return null;
        }
    }

    private static PidFile? WritePidFile(Settings settings, Log log)
    {
        try
        {
            return PidFile.Create(settings.PidFile);
        }
        catch (StartupException failure) when (!settings.PidFileIsRequired)
        {
            log.Warn(failure.Message);
            return null;
        }
    }

    /// <summary>The first listener that speaks SMTP before any TLS; one that wants a PROXY header only where there is no other.</summary>
    private static IPEndPoint? PlainSmtp(SmtpSettings settings, SmtpServer smtp) =>
        smtp.Addresses.Zip(settings.Listen).Where(pair => !pair.Second.ImplicitTls).OrderBy(pair => pair.Second.Proxy).Select(pair => pair.First).FirstOrDefault();

    private static PosixSignalRegistration OnSignal(PosixSignal signal, TaskCompletionSource stop, Log log) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (stop.TrySetResult()) log.Info($"Received {signal}, finishing what is under way");
    });

    private static void Announce(Log log, IMailStore store, IReadOnlyList<IPEndPoint> smtp)
    {
        log.Info($"store: {store.Description}");
        foreach (IPEndPoint address in smtp) log.Info($"smtp: listening on {address}");
    }
}

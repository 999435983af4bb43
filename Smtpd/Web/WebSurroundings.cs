using System.Net;
using Smtpd.Configuration;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;
using Smtpd.Web.Access;
using Smtpd.Web.Sending;

namespace Smtpd.Web;

/// <summary>What the web needs to know of the rest of the program.</summary>
/// <param name="ListenersUp">True when every configured listener of the program accepts; asked by <c>/readyz</c>.</param>
/// <param name="PlainSmtp">Where SMTP listens without implicit TLS, null while or where it does not; told to nginx.</param>
/// <param name="KeepsMail">False when mail is announced and thrown away (<c>smtp.store.messages</c>).</param>
internal sealed record WebSurroundings(Func<bool> ListenersUp, Func<IPEndPoint?> PlainSmtp, bool KeepsMail)
{
    /// <summary>Whether a proxy at that address is believed when it names its client by a PROXY header, and nginx when it asks about a password.</summary>
    public Func<IPAddress, bool> TrustsProxy { get; init; } = _ => false;

    /// <summary>Who is blocked; null where there are no such lists.</summary>
    public BlockLists? Blocks { get; init; }

    /// <summary>Who can sign in; null for nobody.</summary>
    public WebAccounts? Accounts { get; init; }

    /// <summary>What decides about messages that come over HTTP; null where none do.</summary>
    public SendingRules? Sending { get; init; }

    /// <summary>True where <c>name+tag</c> shares the mailbox of <c>name</c> (<c>smtp.mailbox.plus</c>).</summary>
    public bool MailboxPlus { get; init; }

    /// <summary>True where there is something to greet people with.</summary>
    public Func<bool> IsGreeting { get; init; } = () => false;

    public PolicyTally Tally { get; init; } = new();

    /// <summary>Knows attachments by the ids that the original gave them; null where the store gives none.</summary>
    public IAttachmentIds? Attachments { get; init; }

    public Metrics Metrics { get; init; } = new(TimeProvider.System);

    /// <summary>How the spool is in which mail waits while the store behind it is away; null where there is none.</summary>
    public Func<SpoolStatus?> Spool { get; init; } = () => null;

    /// <summary>What was, through time; null where nothing is followed.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>The settings that hold; null where they were not read from anywhere.</summary>
    public ConfigurationReading? Configuration { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How many messages wait to be committed.</summary>
    public Func<int> Waiting { get; init; } = () => 0;
}

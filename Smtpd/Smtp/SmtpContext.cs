using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Operations;
using Smtpd.Policy;
using Smtpd.Storage;

namespace Smtpd.Smtp;

/// <summary>What all sessions of the server share.</summary>
internal sealed record SmtpContext(SmtpSettings Settings, RecipientPolicy Policy, Intake Intake, TimeProvider Clock, Log Log)
{
    private volatile bool _isDraining;

    /// <summary>The certificate for TLS; null where there is none.</summary>
    public CertificateSource? Certificates { get; init; }

    /// <summary>Who signs in, by what; null where nobody can.</summary>
    public SignInService? SignIns { get; init; }

    /// <summary>What one client's address may do; null where there are no limits.</summary>
    public ClientLimits? Limits { get; init; }

    /// <summary>Who is blocked.</summary>
    public BlockLists? Blocks { get; init; }

    /// <summary>What is spam; null where nothing is.</summary>
    public SpamFilter? Spam { get; init; }

    /// <summary>Where it is noted who sends spam; null where it is not.</summary>
    public ISpamRecords? SpamRecords { get; init; }

    public PolicyTally Tally { get; init; } = new();

    public Metrics Metrics { get; init; } = new(TimeProvider.System);

    /// <summary>Set once when the server shuts down: transactions under way finish, no new ones begin.</summary>
    public bool IsDraining
    {
        get => _isDraining;
        set => _isDraining = value;
    }
}

namespace Smtpd.Storage.Spooling;

/// <param name="CommitTime">How long the store behind may take for a batch before it goes to the spool.</param>
/// <param name="MostOctets">Octets of sources that the spool takes; beyond, mail is refused as by a full disk.</param>
/// <param name="IgnoresTags">True where <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
internal sealed record SpoolSettings(TimeSpan CommitTime, long MostOctets, bool IgnoresTags = false)
{
    /// <summary>After a failure the store behind is tried again so often.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);
}

namespace Smtpd.Storage;

/// <summary>How a spool is, for status pages and metrics.</summary>
/// <param name="IsInUse">True while mail goes to the spool, and not to the store behind it.</param>
/// <param name="Since">Since when; null while it is not in use.</param>
/// <param name="Messages">Messages that wait to be forwarded.</param>
/// <param name="Octets">Octets of their sources.</param>
/// <param name="MostOctets">So many find room.</param>
/// <param name="Held">Those of them that the store behind refuses, so that somebody must look.</param>
/// <param name="Forwarded">Messages that were forwarded since the program began.</param>
/// <param name="Trouble">What is wrong with the store behind; null when nothing is.</param>
internal sealed record SpoolStatus(bool IsInUse, DateTimeOffset? Since, long Messages, long Octets, long MostOctets, long Held, long Forwarded, string? Trouble)
{
    /// <summary>True while lists may lack messages that were acknowledged.</summary>
    public bool ListsMayBeIncomplete => Messages > 0 || Trouble is not null;
}

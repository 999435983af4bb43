namespace Smtpd.Storage;

/// <summary>What is durable on this computer and on its way to the store proper.</summary>
/// <param name="Octets">Of their sources.</param>
/// <param name="Oldest">When the first of them was accepted; null when there are none.</param>
/// <param name="Trouble">Why they cannot go on, in a sentence for the operator; null while they do.</param>
internal sealed record SpoolState(long Messages, long Octets, DateTimeOffset? Oldest, string? Trouble);

namespace Smtpd.Policy;

/// <summary>How often policy has stood in somebody's way since the program began.</summary>
internal sealed class PolicyTally
{
    private long _spam;
    private long _blocked;
    private long _limited;

    /// <summary>Messages that matched <c>smtp.spam.regex</c>.</summary>
    public long Spam => Interlocked.Read(ref _spam);

    /// <summary>Refusals of who stands on a block list.</summary>
    public long Blocked => Interlocked.Read(ref _blocked);

    /// <summary>Refusals by limits per address.</summary>
    public long Limited => Interlocked.Read(ref _limited);

    public void CountSpam() => Interlocked.Increment(ref _spam);

    public void CountBlocked() => Interlocked.Increment(ref _blocked);

    public void CountLimited() => Interlocked.Increment(ref _limited);
}

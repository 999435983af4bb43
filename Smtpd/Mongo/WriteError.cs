namespace Smtpd.Mongo;

/// <summary>Why one write of several was not done.</summary>
/// <param name="Index">Which one, counted from 0 over all that were handed over.</param>
internal readonly record struct WriteError(int Index, int Code, string Text)
{
    public bool IsDuplicateKey => Code is MongoCodes.DuplicateKey or MongoCodes.DuplicateKeyOnUpdate or MongoCodes.DuplicateKeyLegacy;

    /// <summary>True when it says nothing of the document, and the same write may succeed later: so a mongos tells that a shard cannot be reached.</summary>
    public bool IsPassing => MongoCodes.IsPassing(Code);
}

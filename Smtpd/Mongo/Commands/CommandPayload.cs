namespace Smtpd.Mongo.Commands;

/// <summary>Documents that go along with a command in a section of their own (OP_MSG kind 1).</summary>
/// <param name="Name">The field for which they stand: <c>documents</c>, <c>updates</c>, <c>deletes</c>.</param>
/// <param name="Documents">Whole documents as they are laid out.</param>
/// <param name="Start">The first that goes along.</param>
internal sealed record CommandPayload(string Name, IReadOnlyList<ReadOnlyMemory<byte>> Documents, int Start, int Count)
{
    /// <summary>Octets of all that go along.</summary>
    public long Octets
    {
        get
        {
            long octets = 0;
            for (int i = Start; i < Start + Count; i++) octets += Documents[i].Length;
            return octets;
        }
    }
}

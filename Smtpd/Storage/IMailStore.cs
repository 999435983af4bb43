using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;

namespace Smtpd.Storage;

/// <summary>
/// Where messages are kept. The writing half is called by <see cref="Intake"/> alone, from its one writer thread; the reading
/// half by anybody at any time, never from a socket thread. Every method may throw <see cref="StoreException"/>.
/// </summary>
internal interface IMailStore : IAsyncDisposable
{
    /// <summary>Up to so many messages a scope of several mailboxes and domains is counted one by one.</summary>
    const long MostCounted = 100_000;

    /// <summary>Up to so many messages <see cref="CountUnindexedAsync"/> counts.</summary>
    const long MostUnindexed = 100_000;

    /// <summary>What the store is, for people: <c>sqlite /var/lib/smtpd/mail.db</c>.</summary>
    string Description { get; }

    /// <summary>Null while the store takes mail, else why not, in a sentence for the operator.</summary>
    string? Trouble { get; }

    /// <summary>What waits on this computer for the store proper; null for a store that keeps all mail itself.</summary>
    SpoolStatus? Spool => null;

    /// <summary>Octets that the store occupies.</summary>
    long SizeInBytes { get; }

    /// <summary>The newest id that was ever given, so that a restart never gives a smaller one.</summary>
    MessageId NewestId { get; }

    /// <summary>The folder in which bodies wait: on the file system of the store.</summary>
    string StagingFolder { get; }

    /// <summary>Room for more messages.</summary>
    StoreSpace Space { get; }

    /// <summary>
    /// Writes part of a body that is too big for a batch; called again until it says that all is written. Nothing of it is
    /// visible until a batch names the message.
    /// </summary>
    bool WriteAhead(ReceivedMail mail);

    /// <summary>
    /// Makes every message of the batch durable. If it throws, none of them is known to be kept, unless <see cref="StoreException.Refused"/>
    /// says which were not. May be called again with the same messages.
    /// </summary>
    void Commit(IReadOnlyList<ReceivedMail> batch);

    /// <summary>Housekeeping between batches.</summary>
    /// <param name="idle">True when no mail waits.</param>
    void Tend(bool idle);

    /// <summary>
    /// The newest messages first, with the counts of the whole scope. The counts of everything, of one mailbox and of one domain are exact.
    /// Those of other scopes are where they are at most <see cref="MostCounted"/>; beyond, a message with entries in several of
    /// the scope's mailboxes and domains may be counted once for each.
    /// </summary>
    /// <param name="start">How many of the newest to leave out; not negative.</param>
    /// <param name="before">If given, only messages older than this id.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation);

    /// <summary>The newest message's id, or null when there is none in the scope.</summary>
    ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation);

    /// <summary>
    /// One message, with marks and tags as the scope's entries have them: unread while one of them is unread, starred when one is
    /// starred, the tags of all. Null when none of its entries lies in the scope.
    /// </summary>
    ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation);

    /// <summary>Where the parts lie in the stored source; null when the message is not there.</summary>
    ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation);

    /// <summary>
    /// The stored source, trace lines first, octet for octet; null when the message is not there. The stream can seek, and reads
    /// only what is asked of it. Reads never hold the store up.
    /// </summary>
    ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation);

    /// <summary>
    /// Sets marks of the scope's entries of the messages, in slices between which mail comes in. Ids that are not there are
    /// passed over; a failure in the middle leaves the slices before it done.
    /// </summary>
    /// <param name="ids">Null for all messages that are there now.</param>
    /// <returns>How many of them are there.</returns>
    ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation);

    /// <summary>Deletes the scope's entries of the messages under the same conditions. A message goes with its last entry.</summary>
    /// <param name="ids">Null for all messages that are there now.</param>
    /// <returns>How many of them were there.</returns>
    ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation);

    /// <summary>
    /// The messages that a query finds, the newest first. <see cref="MessagePage.Total"/> and <see cref="MessagePage.Unread"/> count
    /// the matches.
    /// </summary>
    ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation);

    /// <summary>
    /// How many messages the index of words has still to read, counted up to <see cref="MostUnindexed"/>; null for a store that
    /// searches without one.
    /// </summary>
    ValueTask<long?> CountUnindexedAsync(CancellationToken cancellation) => new((long?)null);

    /// <summary>The ids of all that a query finds, the newest first, in slices of at most 1,000.</summary>
    IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation);

    /// <summary>
    /// Mailboxes of the scope that have mail, or domains that lie in it as a whole, in the ordinal order of their names. Where none is
    /// left of a mailbox's mail its name is not listed.
    /// </summary>
    /// <param name="domains">True for the domains.</param>
    /// <param name="filter">Only names that contain this text, in lower case as names are kept; empty for all.</param>
    /// <param name="after">If given, only names behind this one.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation);

    /// <summary>The tags that are on entries of the scope, in the order of <see cref="TagNames"/>. Names that differ in case are two tags.</summary>
    ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation);

    /// <summary>How many messages of the scope have each of those tags, by name.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation);

    /// <summary>Gives the scope's entries of the messages exactly these tags. Ids that are not there are passed over.</summary>
    /// <returns>How many of them are there.</returns>
    ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation);

    /// <summary>Gives a tag of the scope's entries another name; where an entry has both, one is left.</summary>
    /// <param name="newName">Null to take the tag off.</param>
    /// <returns>How many entries had it.</returns>
    ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation);
}

/// <summary>Why the store could not do it, in words that an operator can act on.</summary>
/// <param name="message">Names the file or server and the cause.</param>
/// <param name="isFull">True when there is no room: the client is told <c>452 4.3.1</c> instead of <c>451 4.3.0</c>.</param>
internal sealed class StoreException(string message, bool isFull = false, Exception? cause = null) : Exception(message, cause)
{
    public bool IsFull { get; } = isFull;

    /// <summary>The messages of the batch that were not kept, when all others of it are durable; null when none of them is known to be.</summary>
    public IReadOnlySet<MessageId>? Refused { get; init; }

    /// <summary>True when another process has the store.</summary>
    public bool IsTaken { get; init; }
}

using Smtpd.Mail;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>Searching.</summary>
internal sealed partial class SqliteStore
{
    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        new SearchScan(this).SearchAsync(scope, query, start, before, limit, cancellation);

    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) =>
        new SearchScan(this).MatchAsync(scope, query, cancellation);
}

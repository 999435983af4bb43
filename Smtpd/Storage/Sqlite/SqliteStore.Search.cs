using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Sqlite;

/// <summary>Searching.</summary>
internal sealed partial class SqliteStore
{
    /// <summary>Searches that run at once; more wait. Lists and messages are read beside them.</summary>
    private const int MostSearches = 2;

    private const int SliceOfMatches = 1000;

    private readonly SemaphoreSlim _searches = new(MostSearches);
    private readonly SqliteSearchIndex _index;

    /// <summary>Up to this message the words of all are in the index; null while there is none.</summary>
    internal MessageId? SearchedTo => _index.Readers?.Query(connection => SqliteSearchFile.Number(connection, "SELECT reached FROM state")) is { } reached and >= 0
        ? Query(connection => SqliteSearchMail.Find(connection, reached)?.Summary.Id)
        : null;

    public async ValueTask<long?> CountUnindexedAsync(CancellationToken cancellation)
    {
        long reached = _index.Reached;
        return await QueryAsync(connection =>
        {
            using SqliteCommand command = connection.CreateCommand();
            // Over the two indexes that hold nothing but numbers: the rows themselves are large.
            command.CommandText =
                $"""
                SELECT (SELECT count(*) FROM (SELECT 1 FROM message INDEXED BY message_unread WHERE unread > 0 AND number > $reached LIMIT {IMailStore.MostUnindexed}))
                    + (SELECT count(*) FROM (SELECT 1 FROM message INDEXED BY message_read WHERE unread = 0 AND number > $reached LIMIT {IMailStore.MostUnindexed}))
                """;
            command.Parameters.AddWithValue("$reached", reached);
            return Math.Min((long)command.ExecuteScalar()!, IMailStore.MostUnindexed);
        }, cancellation).ConfigureAwait(false);
    }

    public async ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        if (query.Terms.Count == 0) return await ListAsync(scope, start, before, limit, cancellation).ConfigureAwait(false);
        SqliteSearchResult found = await SearchAsync(scope, query, new SqliteSearchOrder(start, before is { } id ? SqliteWriter.NumberOf(id) : null, limit, Counts: true), cancellation).ConfigureAwait(false);
        List<long> numbers = [.. found.Ids.Select(SqliteWriter.NumberOf)];
        List<MessageSummary> messages = await QueryAsync(connection => SqliteSummaries.Among(connection, scope, numbers), cancellation).ConfigureAwait(false);
        return new MessagePage(found.Total, found.Unread, messages) { IsIncomplete = found.IsIncomplete };
    }

    public async IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Each slice is a search of its own, so that whoever deletes the matches in between holds up nobody.
        long? before = null;
        while (true)
        {
            SqliteSearchResult found = await SearchAsync(scope, query, new SqliteSearchOrder(0, before, SliceOfMatches, Counts: false), cancellation).ConfigureAwait(false);
            if (found.Ids.Count > 0) yield return found.Ids;
            if (found.Ids.Count < SliceOfMatches) yield break;
            before = found.Last;
        }
    }

    private async ValueTask<SqliteSearchResult> SearchAsync(MailScope scope, SearchQuery query, SqliteSearchOrder order, CancellationToken cancellation)
    {
        _index.Start();
        await _searches.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Search(scope, query, order, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or InvalidDataException)
        {
            throw new StoreException($"{_path}: {failure.Message}", cause: failure);
        }
        finally
        {
            _searches.Release();
        }
    }

    private SqliteSearchResult Search(MailScope scope, SearchQuery query, SqliteSearchOrder order, CancellationToken cancellation)
    {
        if (_index.Readers is { } index)
        {
            try
            {
                return index.Query(words => _file.Readers.Query(mail =>
                {
                    // All of one search sees one state of the index; the mail that is behind it is looked up afterwards.
                    using SqliteTransaction transaction = words.BeginTransaction(deferred: true);
                    return new SqliteSearch(mail, words, scope, query).Run(order, cancellation);
                }));
            }
            catch (SqliteException failure) when (SqliteSearchIndex.IsDamage(failure.SqliteErrorCode) || failure.SqliteErrorCode == SQLitePCL.raw.SQLITE_CANTOPEN)
            {
                _index.Damaged(failure.Message);
            }
        }
        return Query(mail => new SqliteSearch(mail, null, scope, query).Run(order, cancellation));
    }

    /// <summary>Says which store this is, without telling what it keeps secret.</summary>
    internal string SearchIdentity() => Query(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM secret WHERE name = 'decoy'";
        return Convert.ToHexStringLower(SHA256.HashData([.. "search index"u8, .. (byte[])command.ExecuteScalar()!]));
    });
}

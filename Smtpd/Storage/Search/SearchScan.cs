using System.Runtime.CompilerServices;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Storage.Search;

/// <summary>
/// Searches a store without an index: message by message, the newest first. It uses nothing but what every store offers, so it also
/// says what an index has to find.
/// </summary>
internal sealed class SearchScan(IMailStore store)
{
    private const int Slice = 1000;

    /// <inheritdoc cref="IMailStore.SearchAsync"/>
    public async ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        long total = 0, unread = 0, passed = 0;
        var page = new List<MessageSummary>();
        await foreach (MessageSummary message in MatchesAsync(scope, query, cancellation).ConfigureAwait(false))
        {
            total++;
            if (!message.Read) unread++;
            if (before is { } id && message.Id >= id) continue;
            if (passed++ >= start && page.Count < limit) page.Add(message);
        }
        return new MessagePage(total, unread, page);
    }

    /// <inheritdoc cref="IMailStore.MatchAsync"/>
    public async IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var ids = new List<MessageId>();
        await foreach (MessageSummary message in MatchesAsync(scope, query, cancellation).ConfigureAwait(false))
        {
            ids.Add(message.Id);
            if (ids.Count < Slice) continue;
            yield return ids;
            ids = [];
        }
        if (ids.Count > 0) yield return ids;
    }

    private async IAsyncEnumerable<MessageSummary> MatchesAsync(MailScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        MessageId? before = null;
        while (true)
        {
            IReadOnlyList<MessageSummary> messages = (await store.ListAsync(scope, 0, before, Slice, cancellation).ConfigureAwait(false)).Messages;
            foreach (MessageSummary message in messages)
            {
                cancellation.ThrowIfCancellationRequested();
                if (await MatchesAsync(scope, query, message, cancellation).ConfigureAwait(false)) yield return message;
            }
            if (messages.Count < Slice) yield break;
            before = messages[^1].Id;
        }
    }

    private async ValueTask<bool> MatchesAsync(MailScope scope, SearchQuery query, MessageSummary message, CancellationToken cancellation)
    {
        foreach (SearchTerm term in query.Terms)
        {
            if (SearchMatcher.IsAboutText(term)) continue;
            bool holds = term is PlaceTerm place
                ? await store.FindAsync(place.IsDomain ? scope.InDomain(place.Key) : scope.InMailbox(place.Key), message.Id, cancellation).ConfigureAwait(false) is not null
                : Holds(term, message);
            if (holds == term.IsNegated) return false;
        }
        if (!query.Terms.Any(SearchMatcher.IsAboutText)) return true;
        if (await store.FindPartsAsync(message.Id, cancellation).ConfigureAwait(false) is not { } parts) return false;
        return await MatchesTextAsync(query, SearchDocument.Of(message, parts, scope), parts, () => store.OpenSourceAsync(message.Id, cancellation), cancellation).ConfigureAwait(false);
    }

    private static bool Holds(SearchTerm term, MessageSummary message) => term switch
    {
        MarkTerm { Mark: SearchMark.Unread } => !message.Read,
        MarkTerm { Mark: SearchMark.Starred } => message.Starred,
        MarkTerm => message.Tags.Count > 0,
        TagTerm tag => message.Tags.Any(one => SearchQuery.TagKey(one) == tag.Key),
        TimeTerm time => message.Created >= time.From,
        SizeTerm size => message.Size > size.Above,
        _ => throw new ArgumentException($"{term} is not known", nameof(term)),
    };

    /// <summary>Whether all terms about text hold. The source is read only when the rest does not tell.</summary>
    /// <param name="open">Gives the source, or null when the message is gone.</param>
    public static async ValueTask<bool> MatchesTextAsync(SearchQuery query, SearchDocument document, PartTree parts, Func<ValueTask<Stream?>> open, CancellationToken cancellation)
    {
        if (Decide() is { } decided) return decided;
        if (await open().ConfigureAwait(false) is not { } source) return false;
        await using (source.ConfigureAwait(false))
        {
            if (query.Terms.Any(term => term is HeaderTerm))
            {
                await SearchReader.ReadHeaderAsync(source, parts, document, cancellation).ConfigureAwait(false);
                if (Decide() is { } told) return told;
            }
            await SearchReader.ReadBodyAsync(source, parts, document, cancellation).ConfigureAwait(false);
        }
        return Decide() ?? throw new InvalidOperationException("A message was read and its words are not known.");

        bool? Decide()
        {
            bool? all = true;
            foreach (SearchTerm term in query.Terms)
            {
                if (!SearchMatcher.IsAboutText(term)) continue;
                bool? holds = SearchMatcher.Holds(term, document);
                if (holds == false) return false;
                all &= holds;
            }
            return all;
        }
    }
}

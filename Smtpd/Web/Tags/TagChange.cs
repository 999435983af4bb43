using Smtpd.Mail;
using Smtpd.Mail.Unicode;
using Smtpd.Storage;

namespace Smtpd.Web.Tags;

/// <summary>Tags that messages get, and tags that are taken off, whatever others they have.</summary>
internal sealed class TagChange(IMailStore store, MailChanges changes, IReadOnlyList<string> added, IReadOnlyList<string> removed)
{
    private readonly HashSet<string> _removed = [.. removed.Select(CaseFolding.Key)];

    /// <summary>The tags of a message that had these; null when they stay as they are.</summary>
    public IReadOnlyList<string>? Of(IReadOnlyList<string> tags)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        var made = new List<string>();
        bool isOther = false;
        foreach (string tag in tags)
        {
            string key = CaseFolding.Key(tag);
            if (!_removed.Contains(key) && known.Add(key)) made.Add(tag);
            else isOther = true;
        }
        foreach (string tag in added)
        {
            if (!known.Add(CaseFolding.Key(tag))) continue;
            made.Add(tag);
            isOther = true;
        }
        return isOther ? made : null;
    }

    /// <summary>Changes messages, all at once that come to have the same tags. Ids that are not there are passed over.</summary>
    /// <returns>What is wrong; those before it are done.</returns>
    public async ValueTask<string?> ApplyAsync(MailScope scope, IReadOnlyList<MessageId> ids, CancellationToken cancellation)
    {
        var groups = new Dictionary<string, (IReadOnlyList<string> Tags, List<MessageId> Ids)>(StringComparer.Ordinal);
        string? problem = null;
        foreach (MessageId id in ids)
        {
            if (await store.FindAsync(scope, id, cancellation) is not { } message || Of(message.Tags) is not { } tags) continue;
            if (tags.Count > TagText.MostOfMessage)
            {
                problem = $"Message {id} would have more than {TagText.MostOfMessage} tags.";
                break;
            }
            // No tag holds a line end.
            string key = string.Join('\n', tags);
            if (!groups.TryGetValue(key, out (IReadOnlyList<string> Tags, List<MessageId> Ids) group)) groups[key] = group = (tags, []);
            group.Ids.Add(id);
        }
        foreach ((IReadOnlyList<string> tags, List<MessageId> some) in groups.Values) await changes.SetTagsAsync(scope, some, tags, cancellation);
        return problem;
    }
}

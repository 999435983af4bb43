using Smtpd.Network;
using Smtpd.Storage;

namespace Smtpd.Web.Messages;

/// <summary>Says of a list that messages may be missing from it: those that wait in the spool, or all that a store holds which cannot be asked.</summary>
/// <param name="spool">How the spool is; null where there is none.</param>
internal sealed class ListNoteHandler(IHandler list, Func<SpoolStatus?> spool) : IHandler
{
    private static readonly HttpHeadField _incomplete = new("Smtpd-Incomplete", "spool");

    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        // Before and behind: what is forwarded while the list is read may be in neither.
        bool wasIncomplete = MayBeIncomplete;
        Answer answer = await list.HandleAsync(request, id, cancellation).ConfigureAwait(false);
        if (answer.Status == 200 && (wasIncomplete || MayBeIncomplete)) answer.Fields = [.. answer.Fields, _incomplete];
        return answer;
    }

    private bool MayBeIncomplete => spool() is { ListsMayBeIncomplete: true };
}

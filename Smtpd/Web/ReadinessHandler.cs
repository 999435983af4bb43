using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>Says whether mail can come in. Reasons are classes of trouble: what exactly is wrong, with its paths, is in the log.</summary>
/// <param name="listenersUp">True when every configured listener accepts.</param>
/// <param name="spool">How the spool is; null where there is none. Mail that waits there was taken, so that this is no reason to send others elsewhere.</param>
internal sealed class ReadinessHandler(IMailStore store, Func<bool> listenersUp, Func<SpoolStatus?> spool) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        if (!listenersUp()) return new(BytesAnswer.Error(503, "Not ready: not all listeners are up."));
        if (store.Trouble is not null) return new(BytesAnswer.Error(503, "Not ready: the store does not take mail."));
        return new(BytesAnswer.Text(200, spool() is { IsInUse: true } ? "OK, mail waits in the spool" : "OK"));
    }
}

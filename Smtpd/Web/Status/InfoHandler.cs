using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Status;

/// <summary><c>GET /api/v1/info</c>: what the program is and has done.</summary>
internal sealed class InfoHandler(IMailStore store, Metrics metrics) : IHandler
{
    public async ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        MailScope scope = request.Visitor.Scope;
        bool seesAll = request.Visitor.IsSuperuser;
        MessagePage page = await store.ListAsync(scope, 0, null, 1, cancellation);
        var answer = new InfoAnswer(
            ProgramVersion.Number,
            LatestVersion: "",
            seesAll ? store.Description : "",
            seesAll ? store.SizeInBytes : 0,
            page.Total,
            page.Unread,
            await store.CountTagsAsync(scope, cancellation),
            new RuntimeStatsAnswer(
                (long)metrics.Uptime.TotalSeconds,
                seesAll ? Environment.WorkingSet : 0,
                seesAll ? metrics.Deleted.Value : 0,
                seesAll ? metrics.Accepted.Value : 0,
                seesAll ? metrics.AcceptedOctets.Value : 0,
                seesAll ? metrics.Rejected.Value : 0,
                seesAll ? metrics.Ignored.Value : 0));
        return BytesAnswer.Json(200, answer, ApiJson.Default.InfoAnswer);
    }
}

using Smtpd.Web.Api;

namespace Smtpd.Web.Status;

/// <summary><c>GET /api/v1/webui</c>: what the page needs to know of the set-up, and of who asks.</summary>
internal sealed class WebUiHandler(WebSurroundings surroundings) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(BytesAnswer.Json(
        200,
        WebUiAnswer.Of(request.Visitor, surroundings),
        ApiJson.Default.WebUiAnswer));
}

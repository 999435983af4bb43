namespace Smtpd.Web;

/// <summary>Says of an address that others know that there is nothing, and why.</summary>
internal sealed class AbsentHandler(string why) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(BytesAnswer.Error(404, why));
}

namespace Smtpd.Web;

/// <summary>Says why there is nothing at an address that others know.</summary>
internal sealed class AbsentHandler(string why) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(BytesAnswer.Error(404, why));
}

namespace Smtpd.Web;

/// <summary>Says that the process is alive, whatever the state of the store.</summary>
internal sealed class TextHandler(string text) : IHandler
{
    public ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation) => new(BytesAnswer.Text(200, text));
}

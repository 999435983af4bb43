namespace Smtpd.Web.Delivery;

/// <summary>An error in the place of an answer that was made already.</summary>
internal sealed class ReplacedAnswer : Answer
{
    private readonly Answer _made;
    private readonly Answer _error;

    public ReplacedAnswer(Answer made, Answer error) : base(error.Status, error.ContentType, error.Length)
    {
        _made = made;
        _error = error;
        Fields = error.Fields;
    }

    public override Task WriteBodyAsync(Stream output, CancellationToken cancellation) => _error.WriteBodyAsync(output, cancellation);

    public override async ValueTask DisposeAsync()
    {
        await _made.DisposeAsync();
        await _error.DisposeAsync();
    }
}

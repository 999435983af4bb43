namespace Smtpd.Storage;

/// <summary>
/// A store on other computers: it may be slow or away, and a failure may leave open whether what was asked has been done. That is why
/// it can be asked twice. Its <see cref="IMailStore.Trouble"/> is known without asking it.
/// </summary>
internal interface IDistantStore : IMailStore
{
    /// <summary>
    /// Makes every message of the batch durable there; a message that is there under its id already counts as written. When it fails any of
    /// them may have been written. Once the token is cancelled it ends at once, and when it has ended it reads no body any more.
    /// </summary>
    /// <exception cref="StoreException">It could not be done; see <see cref="StoreException.IsRefusal"/>.</exception>
    Task CommitAsync(IReadOnlyList<ReceivedMail> batch, CancellationToken cancellation);
}

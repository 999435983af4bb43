using Smtpd.Storage;

namespace Smtpd.Web;

/// <summary>Answers one route, for GET and HEAD or for one other method.</summary>
internal interface IHandler
{
    /// <param name="request">A request that may come in; one that may change something has proved its origin.</param>
    /// <param name="id">The segment of the path that names a message; empty on routes without one.</param>
    /// <exception cref="StoreException">The store could not do it; the caller makes a neutral answer of it.</exception>
    ValueTask<Answer> HandleAsync(HttpRequest request, string id, CancellationToken cancellation);
}

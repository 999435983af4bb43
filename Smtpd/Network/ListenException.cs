using System.Net.Sockets;

namespace Smtpd.Network;

/// <summary>An address could not be listened on; the text says which and why.</summary>
internal sealed class ListenException(string message, Exception cause) : Exception(message, cause)
{
    /// <summary>What the failure of a listening socket means, and the way out.</summary>
    public static string Explain(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the address is in use by another program; stop that one, or choose another port",
        SocketError.AccessDenied => "permission denied; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.TooManyOpenSockets => "no file descriptors left; raise the limit (ulimit -n) or lower max.clients",
        _ => failure.Message,
    };
}

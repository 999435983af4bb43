using System.Net;

namespace Smtpd.Operations;

/// <summary>How clients get TLS from a listener.</summary>
internal enum ListenerTls { None, StartTls, Implicit }

/// <summary>What one listener has done since the program began.</summary>
/// <param name="Protocol"><c>smtp</c>, <c>http</c> or <c>nginx</c>.</param>
/// <param name="Address">Where it listens, with the port that was found for port 0.</param>
/// <param name="IsBehindProxy">True where load balancers name their clients by a PROXY header.</param>
internal sealed record ListenerFigures(string Protocol, IPEndPoint Address, ListenerTls Tls, bool IsBehindProxy)
{
    /// <summary>Protocol, address and port: <c>smtp 0.0.0.0:25</c>.</summary>
    public string Name { get; } = $"{Protocol} {Address}";

    /// <summary>Connections that were accepted.</summary>
    public Counter Connections { get; } = new();

    /// <summary>Connections that are open.</summary>
    public Counter OpenConnections { get; } = new();

    /// <summary>Messages that were stored.</summary>
    public Counter Messages { get; } = new();
}

using System.Net;
using Smtpd.Network;

namespace Smtpd.Smtp;

/// <summary>Clients behind proxies: the PROXY header in front of a session, and XCLIENT inside one.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>A proxy sends its header with its first packet; HAProxy's own text asks for at least three seconds.</summary>
    private static readonly TimeSpan ProxyHeaderDeadline = TimeSpan.FromSeconds(5);

    private bool _mayProxy;

    /// <summary>True when whoever speaks now is a proxy that is believed.</summary>
    private bool MayProxy => context.Settings.XClient && context.Policy.IsTrusted(connection.RemoteAddress);
    private string? _clientName;

    /// <summary>As whom the client has signed in at the proxy; null for nobody.</summary>
    private string? _login;

    /// <summary>As whom the client has signed in, here or at its proxy; null for nobody.</summary>
    private string? SignedInAs => _user ?? _login;

    /// <summary>Reads the PROXY header and takes its client for ours. False when the connection cannot go on.</summary>
    private async ValueTask<bool> TakeProxyHeaderAsync()
    {
        IPAddress proxy = connection.RemoteAddress;
        if (!context.Policy.IsTrusted(proxy))
        {
            context.Log.Warn($"SMTP[{proxy}] closed: only proxies in smtp.trusted.hosts may connect to this listener");
            return false;
        }
        connection.SetDeadline(ProxyHeaderDeadline);
        while (true)
        {
            switch (ProxyHeader.Read(connection.Input, out ProxyHeader header, out int missing))
            {
                case ProxyHeaderState.Complete:
                    connection.Consume(header.Octets);
                    if (header.Client is { } client) connection.SpeakFor(client.Address);
                    if (context.Log.Keeps(Configuration.LogLevel.Trace)) context.Log.Trace($"SMTP[{proxy}] PROXY: {(header.Client is null ? "the proxy itself" : header.Client)}");
                    return true;
                case ProxyHeaderState.Bad:
                    context.Log.Warn($"SMTP[{proxy}] closed: what it sent first is no PROXY header");
                    return false;
                default:
                    if (connection.IsFull) connection.UseLargeBuffer();
                    // The octets of a TLS handshake behind the header must stay in the socket for the handshake.
                    int wanted = implicitTls ? missing : int.MaxValue;
                    if (!connection.IsFull && connection.Take(await connection.FillAsync(wanted).ConfigureAwait(false))) break;
                    context.Log.Warn($"SMTP[{proxy}] closed: no PROXY header came");
                    return false;
            }
        }
    }

    private Need XClient(ReadOnlySpan<byte> argument)
    {
        if (!_mayProxy) return Refuse(Replies.NoProxyHere);
        if (_envelope is not null) return Refuse(Replies.NestedMail);
        if (!XClientReader.TryRead(argument, out XClientAttributes said)) return Refuse(Replies.ProxySyntax);
        // The session begins anew, as the client's; a second XCLIENT adds to the first.
        EndTransaction("Reset");
        _turnedBack = false;
        _helo = said.Helo ?? "";
        _extended = said.IsExtended ?? false;
        if (said.Name is not null) _clientName = said.Name.Length > 0 ? said.Name : null;
        // A sign-in of the proxy's own is not its client's.
        _user = null;
        if (said.Login is not null) _login = said.Login.Length > 0 ? said.Login : null;
        if (said.Address is not null)
        {
            IPAddress proxy = connection.RemoteAddress;
            Depart();
            connection.SpeakFor(said.Address);
            if (context.Log.Keeps(Configuration.LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] by XCLIENT of {proxy}");
            if (!Admit()) return Need.Close;
        }
        return Greet();
    }

    private Need Greet() => Say($"220 {context.Settings.Domain} ESMTP Smtpd");
}

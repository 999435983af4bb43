using System.Net;
using Smtpd.Configuration;
using Smtpd.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Network;

/// <summary>Fronts on free loopback ports before a server that the test plays.</summary>
internal static class FrontFixture
{
    /// <param name="listen">Addresses with ports; none stands for a free port of 127.0.0.1.</param>
    public static WebSettings Settings(int maxConnections = 100, params string[] listen) =>
        new([.. (listen.Length == 0 ? ["127.0.0.1:0"] : listen).Select(one => new ListenAddress(IPEndPoint.Parse(one), false))], "/", WebAuthentication.Off, maxConnections);

    public static WebFront Start(ScriptedBackend backend, WebFrontLimits? limits = null)
    {
        var front = new WebFront(Settings(), backend.Target, new ListLog(), limits);
        front.Start();
        return front;
    }
}

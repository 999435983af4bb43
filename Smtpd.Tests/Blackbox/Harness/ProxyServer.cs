using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A real proxy in front of the server under test: one process in the foreground, ended with the test.</summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _file;
    private readonly Task<string> _said;

    private ProxyServer(Process process, string file)
    {
        _process = process;
        _file = file;
        _said = process.StandardError.ReadToEndAsync();
    }

    /// <summary>nginx with its mail module.</summary>
    /// <param name="mail">What stands in the section <c>mail</c>.</param>
    public static Task<ProxyServer> NginxAsync(TemporaryFolder folder, string mail, params int[] ports)
    {
        string file = folder.File("nginx.conf");
        string text = $$"""
            load_module /usr/lib/nginx/modules/ngx_mail_module.so;
            daemon off;
            master_process off;
            pid {{folder.File("nginx.pid")}};
            error_log stderr info;
            events { }
            mail {
                {{mail}}
            }
            """;
        return StartAsync(file, text, ["nginx", "-e", "stderr", "-p", folder.Path, "-c", file], ports);
    }

    /// <param name="services">Its frontends and backends.</param>
    public static Task<ProxyServer> HaproxyAsync(TemporaryFolder folder, string services, params int[] ports)
    {
        string file = folder.File("haproxy.cfg");
        string text = $"""
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s

            {services}

            """;
        return StartAsync(file, text, ["haproxy", "-db", "-f", file], ports);
    }

    private static async Task<ProxyServer> StartAsync(string file, string text, string[] command, int[] ports)
    {
        await File.WriteAllTextAsync(file, text);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        var proxy = new ProxyServer(CommandRun.Start(start), file);
        try
        {
            foreach (int port in ports) await Eventually.HoldsAsync(() => proxy.AcceptsOrEndedAsync(port), $"a listener on port {port}");
            Assert.That(proxy._process.HasExited, Is.False, $"{command[0]} ended at its start");
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> AcceptsOrEndedAsync(int port)
    {
        if (_process.HasExited) return true;
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            await TestContext.Out.WriteLineAsync($"{_file}:\n{await _said}");
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

/// <summary>TLS on a connection whose socket completes on the threads that poll.</summary>
internal sealed class ConnectionTlsTests
{
    [TestCase(false, "", false)]
    [TestCase(true, "", false)]
    [TestCase(true, "MAIL FROM:<evil@remote.test>\r\n", false)]
    [TestCase(true, "MAIL FROM:<evil@remote.test>\r\n", true)]
    public async Task Neither_the_handshake_nor_what_follows_runs_on_a_socket_thread(bool behindPlaintext, string plaintext, bool inOnePacket)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        Socket accepted = await listener.AcceptSocketAsync();
        InlineCompletions.Enable(accepted);
        using var wheel = new DeadlineWheel(TimeProvider.System);
        using var connection = new Connection(accepted, wheel, new NetworkBuffers());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=mx.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var threads = new List<bool>();
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, _) =>
            {
                threads.Add(InlineCompletions.IsSocketThread);
                return certificate;
            },
        };

        Task<bool> serving = ServeAsync();
        byte[] text = Encoding.ASCII.GetBytes(plaintext);
        if (text.Length > 0 && !inOnePacket) await client.SendAsync(text);
        await using var network = new NetworkStream(client);
#pragma warning disable CA5359 // The certificate is this test's own.
        await using var tls = new SslStream(inOnePacket ? new TextBeforeFirstWrite(network, text) : network, false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync("mx.test");
        await tls.WriteAsync("NOOP\r\n"u8.ToArray());
        Assert.That(await serving.WaitAsync(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(threads, Is.EqualTo(new[] { false, false }));
        Assert.That(Encoding.ASCII.GetString(connection.Input), Is.EqualTo("NOOP\r\n"), "and nothing of what came in clear");
        Assert.That(connection.Tls!.Description, Does.Match("^TLSv1\\.[23] TLS_"));

        async Task<bool> ServeAsync()
        {
            if (!await connection.StartTlsAsync(new TlsCertificate(options, null, DateTime.MaxValue), behindPlaintext, TimeSpan.FromSeconds(20)).ConfigureAwait(false)) return false;
            bool received = connection.Take(await connection.FillAsync().ConfigureAwait(false));
            threads.Add(InlineCompletions.IsSocketThread);
            return received;
        }
    }

    /// <summary>Sends a text in one go with the first octets that are written.</summary>
    private sealed class TextBeforeFirstWrite(Stream inner, byte[] text) : Stream
    {
        private byte[] _text = text;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            byte[] all = [.. _text, .. buffer.Span];
            _text = [];
            await inner.WriteAsync(all, cancellationToken);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Flush() => inner.Flush();
        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}

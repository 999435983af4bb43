using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Smtpd.Mongo.Dns;

/// <summary>
/// Asks the system's DNS servers, one after the other, for records that the system's own resolver does not give programs. Only a
/// connection by <c>mongodb+srv</c> needs it.
/// </summary>
/// <param name="servers">Whom to ask, in order.</param>
internal sealed class DnsClient(IReadOnlyList<IPEndPoint> servers)
{
    /// <summary>How often each server is asked.</summary>
    private const int Rounds = 2;

    private const int Port = 53;

    /// <summary>How long one server has for its answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The servers in a file like <c>/etc/resolv.conf</c>; the machine itself where none is named, as the system's resolver does.</summary>
    public static DnsClient FromFile(string file)
    {
        List<IPEndPoint> servers = [];
        foreach (string line in File.Exists(file) ? File.ReadLines(file) : [])
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var address, ..] && IPAddress.TryParse(address, out IPAddress? server)) servers.Add(new IPEndPoint(server, Port));
        }
        return new DnsClient(servers.Count > 0 ? servers : [new IPEndPoint(IPAddress.Loopback, Port)]);
    }

    /// <summary>The records of that kind; none is an empty list.</summary>
    /// <exception cref="DnsException">No server gave a usable answer.</exception>
    public async Task<List<DnsRecord>> QueryAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        DnsException? last = null;
        for (int attempt = 0; attempt < Rounds * servers.Count; attempt++)
        {
            IPEndPoint server = servers[attempt % servers.Count];
            byte[] question = DnsMessage.Question(BinaryPrimitives.ReadUInt16LittleEndian(RandomNumberGenerator.GetBytes(2)), name, type);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Patience);
            try
            {
                byte[] answer = await AskAsync(server, question, deadline.Token).ConfigureAwait(false);
                return DnsMessage.Read(answer, question, name, type);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                last = new DnsException($"the DNS server {server.Address} does not answer");
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                last = new DnsException($"the DNS server {server.Address} cannot be asked: {failure.Message}", failure);
            }
        }
        throw last ?? new DnsException("there is no DNS server to ask");
    }

    private static async Task<byte[]> AskAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected: the system passes over what others than this server send.
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(question, cancellationToken).ConfigureAwait(false);
        byte[] room = new byte[DnsMessage.LongestAnswer];
        while (true)
        {
            int length = await socket.ReceiveAsync(room, cancellationToken).ConfigureAwait(false);
            if (!DnsMessage.Answers(room.AsSpan(0, length), question)) continue;
            return DnsMessage.IsTruncated(room) ? await AskByTcpAsync(server, question, cancellationToken).ConfigureAwait(false) : room[..length];
        }
    }

    /// <summary>The same with a length in front (RFC 1035 §4.2.2).</summary>
    private static async Task<byte[]> AskByTcpAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using (stream.ConfigureAwait(false))
        {
            byte[] length = new byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)question.Length);
            await stream.WriteAsync((byte[])[.. length, .. question], cancellationToken).ConfigureAwait(false);
            await stream.ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
            byte[] answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
            return DnsMessage.Answers(answer, question) ? answer : throw new IOException("the answer is to another question");
        }
    }
}

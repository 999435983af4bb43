using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Smtpd.Mongo.Dns;

namespace Smtpd.Tests.Mongo.Dns;

/// <summary>Answers questions by UDP and TCP on one loopback port.</summary>
internal sealed class NameServer : IDisposable
{
    private const int LongestDatagram = 512;

    private readonly Func<string, DnsType, (DnsType Type, byte[] Data)[]> _records;
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp = new(IPAddress.Loopback, 0);
    private int _questions;

    public NameServer(Func<string, DnsType, (DnsType Type, byte[] Data)[]> records)
    {
        _records = records;
        // In this order: of a port that is free for datagrams others may still have connections.
        _tcp.Start();
        var place = (IPEndPoint)_tcp.LocalEndpoint;
        _udp.Bind(place);
        Client = new DnsClient([place]);
        _ = Task.Run(ServeDatagramsAsync);
        _ = Task.Run(ServeConnectionsAsync);
    }

    public DnsClient Client { get; }

    public bool SendsForgeriesFirst { get; init; }

    /// <summary>How often it was asked for services.</summary>
    public int Questions => Volatile.Read(ref _questions);

    /// <summary>The code of every answer: 0 is well, 2 is a server that cannot say, 3 a name that does not exist.</summary>
    public byte Code { get; set; }

    /// <summary>Of every record, in seconds.</summary>
    public int TimeToLive { get; set; } = 60;

    public static (DnsType, byte[]) Service(string target, int port) => (DnsType.Service, [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. Name(target)]);

    public static (DnsType, byte[]) Text(params string[] pieces) => (DnsType.Text, [.. pieces.SelectMany(piece => (byte[])[(byte)piece.Length, .. System.Text.Encoding.UTF8.GetBytes(piece)])]);

    public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0];

    public static byte[] Answer(byte[] question, (DnsType Type, byte[] Data)[] records, ushort flags, int timeToLive = 60)
    {
        List<byte> answer = [.. question];
        // The owner is the question's name, by a pointer to it.
        foreach ((DnsType type, byte[] data) in records) answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, .. Seconds(timeToLive), (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        byte[] octets = [.. answer];
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(2), (ushort)(0x8180 | flags));
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(6), (ushort)records.Length);
        return octets;
    }

    private static byte[] Seconds(int seconds)
    {
        byte[] octets = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(octets, seconds);
        return octets;
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    private async Task ServeDatagramsAsync()
    {
        byte[] room = new byte[LongestDatagram];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _udp.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0));
                byte[] question = room[..received.ReceivedBytes];
                byte[] answer = Answer(question);
                if (SendsForgeriesFirst)
                {
                    byte[] forged = (byte[])answer.Clone();
                    forged[0] ^= 1;
                    await _udp.SendToAsync(forged, received.RemoteEndPoint);
                    await _udp.SendToAsync(question, received.RemoteEndPoint);
                }
                await _udp.SendToAsync(answer.Length <= LongestDatagram ? answer : Answer(question, [], 0x0200), received.RemoteEndPoint);
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or SocketException)
        {
            // The end.
        }
    }

    private async Task ServeConnectionsAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _tcp.AcceptSocketAsync();
                await using var stream = new NetworkStream(socket);
                byte[] length = new byte[2];
                await stream.ReadExactlyAsync(length);
                byte[] question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question);
                byte[] answer = Answer(question);
                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                await stream.WriteAsync((byte[])[.. length, .. answer]);
            }
        }
        catch (Exception end) when (end is ObjectDisposedException or SocketException or IOException)
        {
            // The end.
        }
    }

    private byte[] Answer(byte[] question)
    {
        List<string> labels = [];
        int place = 12;
        while (question[place] != 0)
        {
            labels.Add(System.Text.Encoding.ASCII.GetString(question, place + 1, question[place]));
            place += 1 + question[place];
        }
        var type = (DnsType)question[place + 2];
        if (type == DnsType.Service) Interlocked.Increment(ref _questions);
        return Answer(question, _records(string.Join('.', labels), type), Code, TimeToLive);
    }
}

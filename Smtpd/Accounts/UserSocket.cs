using System.Net.Sockets;
using System.Text.Json;
using Smtpd.Network;
using Smtpd.Operations;

namespace Smtpd.Accounts;

/// <summary>
/// Where the command <c>user</c> reaches a running server: a Unix socket beside the store, open to the server's own account
/// alone. One JSON object each way.
/// </summary>
internal sealed class UserSocket : IAsyncDisposable
{
    /// <summary>Octets of a request: names, a password, and a good many addresses.</summary>
    private const int MostOctets = 256 * 1024;

    /// <summary>A request is there at once, or its sender is in trouble.</summary>
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly UserAdministration _users;
    private readonly Log _log;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    /// <exception cref="ListenException">The socket cannot be made.</exception>
    public UserSocket(string path, UserAdministration users, Log log)
    {
        _path = path;
        _users = users;
        _log = log;
        try
        {
            // One that is left over from a server that was killed is in the way; whoever has the store may take it away.
            File.Delete(path);
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            // Before it listens, so that nobody else is ever let in.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _listener.Listen();
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            _listener.Dispose();
            _stopping.Dispose();
            throw new ListenException($"{path}: cannot be opened: {failure.Message.TrimEnd('.')}; \"smtpd user\" works only while the server is stopped", failure);
        }
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The socket's place beside the store.</summary>
    public static string PathFor(string store) => Path.GetFullPath(store) + ".socket";

    /// <summary>Asks the running server; null when none listens there.</summary>
    /// <exception cref="IOException">The server went away before it had answered.</exception>
    public static async Task<UserReply?> AskAsync(string path, UserRequest request, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
        }
        catch (Exception absent) when (absent is SocketException or ArgumentException)
        {
            return null;
        }
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await JsonSerializer.SerializeAsync(stream, request, UserJson.Default.UserRequest, cancellation).ConfigureAwait(false);
        socket.Shutdown(SocketShutdown.Send);
        return JsonSerializer.Deserialize(await ReadAllAsync(stream, cancellation).ConfigureAwait(false), UserJson.Default.UserReply)
            ?? throw new IOException("the server gave no answer");
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using Socket client = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                await AnswerAsync(client).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is SocketException or IOException or JsonException or OperationCanceledException)
            {
                _log.Warn($"{_path}: a request could not be answered: {failure.Message}");
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(RequestTime);
        await using var stream = new NetworkStream(client, ownsSocket: false);
        byte[] octets = await ReadAllAsync(stream, limit.Token).ConfigureAwait(false);
        UserRequest request = JsonSerializer.Deserialize(octets, UserJson.Default.UserRequest) ?? throw new JsonException("an empty request");
        UserReply reply = await _users.CarryOutAsync(request, limit.Token).ConfigureAwait(false);
        if (reply.Problem is null && !request.OnlyTells) _log.Info($"accounts: {request}");
        await JsonSerializer.SerializeAsync(stream, reply, UserJson.Default.UserReply, limit.Token).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAllAsync(NetworkStream stream, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        byte[] piece = new byte[4096];
        for (int read; (read = await stream.ReadAsync(piece, cancellation).ConfigureAwait(false)) > 0;)
        {
            all.Write(piece, 0, read);
            if (all.Length > MostOctets) throw new IOException("too many octets");
        }
        return all.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        _listener.Dispose();
        _stopping.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"{_path}: cannot be removed: {failure.Message}");
        }
    }
}

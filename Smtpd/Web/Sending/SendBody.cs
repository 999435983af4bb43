using System.Buffers;
using System.Text.Json;
using Smtpd.Storage;
using Smtpd.Web.Api;

namespace Smtpd.Web.Sending;

/// <summary>
/// The body of a request to send. It waits where messages wait on their way in: in a share of memory, and from some size on in a file
/// without a name. What is held besides is the JSON without its long texts.
/// </summary>
internal sealed class SendBody : IDisposable
{
    private const int Slice = 64 * 1024;

    private readonly MessageBody _octets;
    private readonly JsonSkeleton _skeleton = new();

    private SendBody(MessageBody octets) => _octets = octets;

    /// <exception cref="StoreException">No room, or a file cannot be written.</exception>
    public static async ValueTask<SendBody> ReadAsync(Stream input, MessageBody octets, CancellationToken cancellation)
    {
        var body = new SendBody(octets);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Slice);
        try
        {
            while (!body.HasTooMuch && await input.ReadAsync(buffer.AsMemory(0, Slice), cancellation) is > 0 and int count)
            {
                body._skeleton.Push(buffer.AsSpan(0, count));
                for (int kept = 0; kept < count;)
                {
                    int room = octets.MakeRoom(count - kept);
                    if (room == 0) await octets.SpillAsync();
                    else octets.Append(buffer.AsSpan(kept, room));
                    kept += room;
                }
            }
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True when there is more around the texts than anybody needs.</summary>
    public bool HasTooMuch => _skeleton.IsTooBig;

    /// <summary>The request; its long texts are names, for which <see cref="Open"/> has the text.</summary>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public SendRequest? Parse() => JsonMembers.HasTwice(_skeleton.Octets)
        ? throw new JsonException("A member is given twice.")
        : JsonSerializer.Deserialize(_skeleton.Octets, ApiJson.Default.SendRequest);

    /// <summary>True for a text that is longer than any field may be.</summary>
    public bool IsLong(string? text) => _skeleton.IsLong(text);

    public TextSource Open(string text) => _skeleton.Find(text) is var (offset, length) ? new JsonTextSource(_octets, offset, length) : TextSource.Of(text);

    public void Dispose() => _octets.Dispose();
}

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Smtpd.Network;
using Smtpd.Web.Api;

namespace Smtpd.Web;

/// <summary>An answer whose body is small enough to be made before its head.</summary>
internal sealed class BytesAnswer : Answer
{
    private readonly PooledBufferWriter _body;

    private BytesAnswer(int status, string contentType, PooledBufferWriter body) : base(status, contentType, body.Written.Length) => _body = body;

    /// <param name="text">Plain text of our own, without any text of a mail.</param>
    public static BytesAnswer Text(int status, string text)
    {
        var body = new PooledBufferWriter();
        Encoding.UTF8.GetBytes(text, body);
        return new BytesAnswer(status, "text/plain; charset=utf-8", body);
    }

    /// <param name="octets">The body; what it holds must be fit for its type.</param>
    public static BytesAnswer Of(int status, string contentType, ReadOnlySpan<byte> octets, params IReadOnlyList<HttpHeadField> fields)
    {
        var body = new PooledBufferWriter();
        body.Write(octets);
        return new BytesAnswer(status, contentType, body) { Fields = fields };
    }

    public static BytesAnswer Json<T>(int status, T value, JsonTypeInfo<T> type, params IReadOnlyList<HttpHeadField> fields)
    {
        var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, ApiJson.WriterOptions)) JsonSerializer.Serialize(writer, value, type);
        return new BytesAnswer(status, "application/json", body) { Fields = fields };
    }

    /// <summary>The same for a value that holds a secret of ours, which is never compressed.</summary>
    public static BytesAnswer SecretJson<T>(T value, JsonTypeInfo<T> type)
    {
        var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, ApiJson.WriterOptions)) JsonSerializer.Serialize(writer, value, type);
        return new BytesAnswer(200, "application/json", body) { MayBeCompressed = false };
    }

    /// <param name="write">Writes one value.</param>
    public static BytesAnswer Json(Action<Utf8JsonWriter> write)
    {
        var body = new PooledBufferWriter();
        using (var writer = new Utf8JsonWriter(body, ApiJson.WriterOptions)) write(writer);
        return new BytesAnswer(200, "application/json", body);
    }

    /// <param name="error">A sentence that names the thing and the way out.</param>
    public static BytesAnswer Error(int status, string error, params IReadOnlyList<HttpHeadField> fields) =>
        Json(status, new ErrorAnswer(error), ApiJson.Default.ErrorAnswer, fields);

    public override bool HasPieces => true;

    public override async Task WriteBodyAsync(Stream output, CancellationToken cancellation) => await output.WriteAsync(_body.Written, cancellation);

    public override async Task WritePieceAsync(Stream output, long first, long count, CancellationToken cancellation) =>
        await output.WriteAsync(_body.Written.Slice((int)first, (int)count), cancellation);

    public override ValueTask DisposeAsync()
    {
        _body.Dispose();
        return ValueTask.CompletedTask;
    }
}

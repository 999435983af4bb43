using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smtpd.Web.Description;

/// <summary>The OpenAPI document, which describes the whole API, with what only a running server knows filled in.</summary>
internal static class ApiDocument
{
    private const string Resource = "description/openapi.json.gz";

    /// <param name="basePath">The prefix under which everything is served; empty for none.</param>
    public static JsonObject Load(string basePath)
    {
        using Stream resource = typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program was built without {Resource}.");
        using var text = new GZipStream(resource, CompressionMode.Decompress);
        JsonObject document = JsonNode.Parse(text)!.AsObject();
        document["info"]!["version"] = ProgramVersion.Number;
        document["servers"]![0]!["url"] = basePath.Length == 0 ? "/" : basePath;
        return document;
    }

    public static byte[] Write(JsonObject document)
    {
        var octets = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(octets, new JsonWriterOptions { Encoder = Api.ApiJson.WriterOptions.Encoder, Indented = true })) document.WriteTo(writer);
        return octets.WrittenSpan.ToArray();
    }
}

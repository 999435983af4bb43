using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Smtpd.Web.Description;

/// <summary>The OpenAPI document, which describes the whole API, with what only a running server knows filled in.</summary>
internal static class ApiDocument
{
    /// <param name="basePath">The prefix under which everything is served; empty for none.</param>
    public static JsonObject Load(string basePath)
    {
        JsonObject document = JsonNode.Parse(EmbeddedFile.Read("openapi.json"))!.AsObject();
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

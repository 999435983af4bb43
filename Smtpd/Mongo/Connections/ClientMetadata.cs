using System.Runtime.InteropServices;
using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Connections;

/// <summary>Who we are, as it appears in the server's log and in <c>currentOp</c>.</summary>
internal static class ClientMetadata
{
    /// <summary>A server refuses longer names.</summary>
    private const int MostNameOctets = 128;

    /// <param name="applicationName">Null: the program's own name.</param>
    public static BsonDocument Create(string? applicationName)
    {
        string name = applicationName ?? "smtpd";
        while (System.Text.Encoding.UTF8.GetByteCount(name) > MostNameOctets) name = name[..^1];
        using var writer = new BsonWriter();
        writer.BeginDocument()
            .BeginDocument("application"u8).String("name"u8, name).End()
            .BeginDocument("driver"u8).String("name"u8, "smtpd").String("version"u8, ProgramVersion.Number).End()
            .BeginDocument("os"u8).String("type"u8, "Linux").String("architecture"u8, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()).End()
            .String("platform"u8, RuntimeInformation.FrameworkDescription);
        return writer.End().ToDocument();
    }
}

using System.Text.Json.Serialization;
using Smtpd.Storage;

namespace Smtpd.Web.Api;

/// <summary>Answer of <c>GET /api/v1/blocks</c>.</summary>
/// <param name="Total">How many entries there are.</param>
/// <param name="Blocks">All of them, the oldest first.</param>
/// <param name="Enforced">Which kinds the configuration asks.</param>
internal sealed record BlockListAnswer(int Total, BlockAnswer[] Blocks, EnforcedAnswer Enforced);

internal sealed record EnforcedAnswer(bool Host, bool Sender, bool Recipient);

/// <summary>One entry.</summary>
internal sealed record BlockAnswer(
    [property: JsonPropertyName("ID")] long Id,
    string Kind,
    string Text,
    string Note,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset Created)
{
    public static BlockAnswer Of(Block block) => new(block.Id, NameOf(block.Kind), block.Text, block.Note, block.Created);

    /// <summary>The kind of that name, or null.</summary>
    public static BlockKind? KindOf(string? name) => name?.ToLowerInvariant() switch
    {
        "host" => BlockKind.Host,
        "sender" => BlockKind.Sender,
        "recipient" => BlockKind.Recipient,
        _ => null,
    };

    private static string NameOf(BlockKind kind) => kind switch
    {
        BlockKind.Host => "host",
        BlockKind.Sender => "sender",
        _ => "recipient",
    };
}

/// <summary>Body of <c>POST /api/v1/blocks</c>.</summary>
/// <param name="Kind"><c>host</c>, <c>sender</c> or <c>recipient</c>.</param>
internal sealed record BlockRequest(string? Kind, string? Text, string? Note);

/// <summary>Body of <c>DELETE /api/v1/blocks</c>.</summary>
internal sealed record UnblockRequest([property: JsonPropertyName("IDs")] long[]? Ids);

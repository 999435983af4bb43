using System.Text.Json.Serialization;
using Smtpd.Mail;

namespace Smtpd.Storage.Sqlite;

/// <summary>The address fields of a header as the column <c>correspondents</c> holds them.</summary>
internal sealed record StoredCorrespondents(
    IReadOnlyList<Correspondent> From,
    IReadOnlyList<Correspondent> To,
    IReadOnlyList<Correspondent> Cc,
    IReadOnlyList<Correspondent> Bcc,
    IReadOnlyList<Correspondent> ReplyTo);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredCorrespondents))]
[JsonSerializable(typeof(StoredEnvelope))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class StoredJson : JsonSerializerContext;

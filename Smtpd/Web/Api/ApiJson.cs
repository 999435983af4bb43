using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Smtpd.Web.Api;

/// <summary>Writes the API's answers without reflection. Member names are as declared: they follow Mailpit's.</summary>
[JsonSerializable(typeof(MessageListAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(PartListAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(Dictionary<string, List<string>>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(MailboxListAnswer))]
[JsonSerializable(typeof(WebUiAnswer))]
[JsonSerializable(typeof(InfoAnswer))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(SendAnswer))]
[JsonSerializable(typeof(TagsRequest))]
[JsonSerializable(typeof(RenameTagRequest))]
[JsonSerializable(typeof(MarkRequest))]
[JsonSerializable(typeof(DeleteRequest))]
[JsonSerializable(typeof(BlockListAnswer))]
[JsonSerializable(typeof(BlockRequest))]
[JsonSerializable(typeof(UnblockRequest))]
[JsonSerializable(typeof(UserListAnswer))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(AccountAnswer))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(TokenListAnswer))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(NewTokenAnswer))]
[JsonSerializable(typeof(SessionListAnswer))]
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Every script stays readable; what means something to HTML is still escaped, should an answer ever end up in a page.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
}

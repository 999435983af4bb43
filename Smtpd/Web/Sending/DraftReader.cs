using System.Buffers;
using System.Text;
using Smtpd.Mail;
using Smtpd.Web.Api;
using Smtpd.Web.Tags;

namespace Smtpd.Web.Sending;

/// <summary>
/// Checks what was asked for. Nothing that could begin another field, or end the header, gets into a <see cref="Draft"/>: a line
/// end in a name, a subject or a field is refused (header injection).
/// </summary>
/// <param name="mostRecipients">What a message may have.</param>
/// <param name="isLong">Tells names of long texts, which no field may hold.</param>
internal sealed class DraftReader(int mostRecipients, Func<string?, bool> isLong)
{
    /// <summary>Letters of a name, an address' or a file's.</summary>
    public const int MaxName = 255;

    /// <summary>Letters of a subject or another field.</summary>
    public const int MaxField = 4000;

    /// <summary>Fields beyond the usual ones; with <see cref="MaxField"/> far below what is read of a header.</summary>
    public const int MostFields = 50;

    /// <summary>Octets of those fields together.</summary>
    public const int MaxFields = 32 * 1024;

    public const int MostFiles = 200;

    /// <summary>Letters of a field's name.</summary>
    private const int MaxFieldName = 76;

    /// <summary>Fields that other members of the request make, or this server.</summary>
    private static readonly HashSet<string> s_own = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Return-Path", "MIME-Version",
    };

    private static readonly SearchValues<char> s_token = SearchValues.Create("!#$%&'*+-.^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <exception cref="SendProblemException">Something is not as it must be.</exception>
    public Draft Read(SendRequest request)
    {
        if (request.From is null) throw new SendProblemException("From: must be there.");
        var draft = new Draft(
            ReadParty(request.From, "From"),
            ReadParties(request.To, "To"),
            ReadParties(request.Cc, "Cc"),
            ReadParties(request.ReplyTo, "ReplyTo"),
            [.. Numbered(request.Bcc, "Bcc").Select(one => ReadAddress(one.Value, one.Member))],
            ReadField(request.Subject, "Subject", MaxField),
            string.IsNullOrEmpty(request.Text) ? null : request.Text,
            string.IsNullOrEmpty(request.Html) ? null : request.Html,
            ReadHeaders(request.Headers),
            ReadFiles(request.Attachments),
            ReadTags(request.Tags));
        int recipients = draft.Recipients.Count();
        if (recipients == 0) throw new SendProblemException("To: a message needs a recipient, in To, Cc or Bcc.");
        if (recipients > mostRecipients || draft.ReplyTo.Count > mostRecipients) throw new SendProblemException($"To: a message must not have more than {mostRecipients} recipients.");
        return draft;
    }

    private IReadOnlyList<Party> ReadParties(SendParty?[]? parties, string member) => [.. Numbered(parties, member).Select(one => ReadParty(one.Value, one.Member))];

    private Party ReadParty(SendParty? party, string member) => party is null
        ? throw new SendProblemException($"{member}: must be an object with Email.")
        : new Party(ReadField(party.Name, $"{member}.Name", MaxName), ReadAddress(party.Email, $"{member}.Email"));

    private static MailAddress ReadAddress(string? email, string member) =>
        email is { Length: > 0 and <= MailAddress.MostOctets } && MailAddress.TryParse(Encoding.UTF8.GetBytes(email), out MailAddress? address) == AddressError.None
            ? address!
            : throw new SendProblemException($"{member}: must be an address such as user@example.com.");

    private string ReadField(string? text, string member, int longest)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.Length > longest || isLong(text)) throw new SendProblemException($"{member}: must not be longer than {longest} characters.");
        if (text.Any(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029'))
            throw new SendProblemException($"{member}: must not hold line ends or other control characters.");
        return text;
    }

    private List<KeyValuePair<string, string>> ReadHeaders(Dictionary<string, string?>? headers)
    {
        if (headers is null) return [];
        if (headers.Count > MostFields) throw new SendProblemException($"Headers: must not be more than {MostFields}.");
        var fields = new List<KeyValuePair<string, string>>();
        foreach ((string name, string? value) in headers)
        {
            // RFC 5322 §2.2: printable ASCII without a colon. The name is not repeated to the sender before it is known to be one.
            if (name.Length is 0 or > MaxFieldName || name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.Contains(':', StringComparison.Ordinal))
                throw new SendProblemException($"Headers: a name must be 1 to {MaxFieldName} printable ASCII characters without blanks and colons.");
            if (s_own.Contains(name) || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
                throw new SendProblemException($"Headers: {name} cannot be set here.");
            fields.Add(new(name, ReadField(value, $"Headers.{name}", MaxField)));
        }
        return fields.Sum(field => Encoding.UTF8.GetByteCount(field.Value)) > MaxFields ? throw new SendProblemException($"Headers: must not be longer than {MaxFields} octets together.") : fields;
    }

    private IReadOnlyList<DraftFile> ReadFiles(SendAttachment?[]? attachments)
    {
        if (attachments?.Length > MostFiles) throw new SendProblemException($"Attachments: must not be more than {MostFiles}.");
        return [.. Numbered(attachments, "Attachments").Select(one => ReadFile(one.Value, one.Member))];
    }

    private DraftFile ReadFile(SendAttachment? file, string member)
    {
        if (file?.Content is null) throw new SendProblemException($"{member}.Content: must be there.");
        string type = ReadField(file.ContentType, $"{member}.ContentType", MaxName).Trim();
        string id = ReadField(file.ContentId, $"{member}.ContentID", MaxName);
        if (type.Length > 0 && !IsMediaType(type)) throw new SendProblemException($"{member}.ContentType: must be a media type such as image/png, and neither multipart nor message.");
        if (id.AsSpan().ContainsAnyExceptInRange('!', '~') || id.AsSpan().ContainsAny('<', '>'))
            throw new SendProblemException($"{member}.ContentID: must be printable ASCII without blanks and angle brackets.");
        return new DraftFile(file.Content, ReadField(file.Filename, $"{member}.Filename", MaxName), type, id, member);
    }

    /// <summary>Type and subtype, and behind a semicolon whatever is printable. What is made of parts cannot be in base64 (RFC 2045 §6.4).</summary>
    private static bool IsMediaType(string text)
    {
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return false;
        string type = text.Split(';')[0].Trim();
        string[] halves = type.Split('/');
        return halves.Length == 2 && halves.All(half => half.Length > 0 && !half.AsSpan().ContainsAnyExcept(s_token))
            && !halves[0].Equals("multipart", StringComparison.OrdinalIgnoreCase) && !halves[0].Equals("message", StringComparison.OrdinalIgnoreCase);
    }

    private IReadOnlyList<string> ReadTags(string?[]? texts)
    {
        if (texts?.Any(isLong) == true) throw new SendProblemException($"Tags: a tag must not be longer than {TagText.MaxLength} characters.");
        return TagText.TryReadAll(texts, out IReadOnlyList<string> tags, out string? problem) ? tags : throw new SendProblemException($"Tags: {problem}.");
    }

    private static IEnumerable<(T Value, string Member)> Numbered<T>(IEnumerable<T>? values, string member) => (values ?? []).Select((value, i) => (value, $"{member}[{i}]"));
}

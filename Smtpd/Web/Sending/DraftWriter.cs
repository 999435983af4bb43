using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Smtpd.Mime;
using Smtpd.Storage;

namespace Smtpd.Web.Sending;

/// <summary>
/// Writes a draft as a message (RFC 5322, RFC 2045 to 2047). Texts and files are encoded while they are read, so what is held of
/// them is a slice.
/// </summary>
/// <param name="body">Opens the texts of the draft.</param>
/// <param name="domain">Stands in the Message-ID.</param>
internal sealed class DraftWriter(Draft draft, SendBody body, MessageSink sink, string domain)
{
    private const int Slice = 16 * 1024;

    /// <summary>Below the 998 octets of a line (RFC 5322 §2.1.1).</summary>
    private const int LongestLine = 990;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _slice = new byte[Slice];
    private readonly ArrayBufferWriter<byte> _output = new(2 * Slice);

    /// <exception cref="SendProblemException">A file is not what it must be.</exception>
    /// <exception cref="System.Text.Json.JsonException">A long text is no JSON.</exception>
    /// <exception cref="StoreException">No room, or a file cannot be written.</exception>
    public async ValueTask WriteAsync(DateTimeOffset now)
    {
        var header = new StringBuilder();
        foreach ((string name, string value) in draft.Headers) HeaderWriter.Unstructured(header, name, value);
        HeaderWriter.Addresses(header, "From", [Written(draft.From)]);
        HeaderWriter.Addresses(header, "To", [.. draft.To.Select(Written)]);
        HeaderWriter.Addresses(header, "Cc", [.. draft.Cc.Select(Written)]);
        HeaderWriter.Addresses(header, "Reply-To", [.. draft.ReplyTo.Select(Written)]);
        HeaderWriter.Unstructured(header, "Subject", draft.Subject);
        if (!Has("Date")) HeaderWriter.Unstructured(header, "Date", HeaderWriter.Date(now));
        if (!Has("Message-ID")) HeaderWriter.Unstructured(header, "Message-ID", $"<{RandomNumberGenerator.GetHexString(32, lowercase: true)}@{domain}>");
        header.Append("MIME-Version: 1.0\r\n");
        await WriteAsync(header);
        await WriteMixedAsync();
    }

    private static (string Name, string Address) Written(Party party) => (party.Name, party.Address.ToString());

    private bool Has(string name) => draft.Headers.Any(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    private ValueTask WriteMixedAsync()
    {
        DraftFile[] files = [.. draft.Files.Where(file => file.ContentId.Length == 0)];
        return files.Length == 0 ? WriteRelatedAsync() : WriteMultipartAsync("mixed", "", [WriteRelatedAsync, .. files.Select(Writer)]);
    }

    /// <summary>The text with the files to which it refers (RFC 2387).</summary>
    private ValueTask WriteRelatedAsync()
    {
        DraftFile[] files = [.. draft.Files.Where(file => file.ContentId.Length > 0)];
        if (files.Length == 0) return WriteAlternativeAsync();
        string root = draft is { Html: not null, Text: not null } ? "multipart/alternative" : draft.Html is null ? "text/plain" : "text/html";
        return WriteMultipartAsync("related", $";\r\n type=\"{root}\"", [WriteAlternativeAsync, .. files.Select(Writer)]);
    }

    private Func<ValueTask> Writer(DraftFile file) => () => WriteFileAsync(file);

    private ValueTask WriteAlternativeAsync() => draft.Html is null ? WriteTextAsync("plain", draft.Text ?? "")
        : draft.Text is null ? WriteTextAsync("html", draft.Html)
        : WriteMultipartAsync("alternative", "", [() => WriteTextAsync("plain", draft.Text), () => WriteTextAsync("html", draft.Html)]);

    private async ValueTask WriteMultipartAsync(string subtype, string parameters, IReadOnlyList<Func<ValueTask>> parts)
    {
        // Beyond guessing, so that no text can hold it.
        string boundary = $"=_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        await WriteAsync(new StringBuilder($"Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"{parameters}\r\n\r\n"));
        foreach (Func<ValueTask> part in parts)
        {
            await WriteAsync(new StringBuilder($"--{boundary}\r\n"));
            await part();
            // The line end before a boundary belongs to it (RFC 2046 §5.1.1).
            await WriteAsync(new StringBuilder("\r\n"));
        }
        await WriteAsync(new StringBuilder($"--{boundary}--\r\n"));
    }

    private async ValueTask WriteTextAsync(string subtype, string text)
    {
        bool isPlain = !body.IsLong(text) && IsPlain(text);
        await WriteAsync(new StringBuilder($"Content-Type: text/{subtype}; charset={(isPlain ? "us-ascii" : "utf-8")}\r\nContent-Transfer-Encoding: {(isPlain ? "7bit" : "quoted-printable")}\r\n\r\n"));
        if (isPlain)
        {
            await WriteAsync(new StringBuilder(text.ReplaceLineEndings("\r\n")));
            return;
        }
        TextSource source = body.Open(text);
        Decoder check = s_strict.GetDecoder();
        var encoder = new QuotedPrintableEncoder();
        while (source.Read(_slice) is > 0 and int count)
        {
            Check(check, _slice.AsSpan(0, count), isLast: false);
            encoder.Write(_slice.AsSpan(0, count), _output);
            await FlushAsync();
        }
        Check(check, [], isLast: true);
        encoder.Complete(_output);
        await FlushAsync();
    }

    private static bool IsPlain(string text)
    {
        if (!Ascii.IsValid(text)) return false;
        int line = 0;
        foreach (char letter in text)
        {
            line = letter is '\n' or '\r' ? 0 : line + 1;
            if (line > LongestLine || (letter < ' ' && letter is not ('\t' or '\n' or '\r')) || letter == 0x7F) return false;
        }
        return true;
    }

    private static void Check(Decoder decoder, ReadOnlySpan<byte> octets, bool isLast)
    {
        Span<char> letters = stackalloc char[1024];
        bool completed = false;
        while (!completed)
        {
            try
            {
                decoder.Convert(octets, letters, isLast, out int used, out _, out completed);
                octets = octets[used..];
            }
            catch (DecoderFallbackException)
            {
                throw new System.Text.Json.JsonException("A text is no UTF-8.");
            }
        }
    }

    private async ValueTask WriteFileAsync(DraftFile file)
    {
        var header = new StringBuilder("Content-Type: ");
        header.Append(file.MediaType.Length > 0 ? file.MediaType : FileGuess.MediaType(Beginning(file), file.Name)).Append("\r\n");
        header.Append("Content-Transfer-Encoding: base64\r\nContent-Disposition: ").Append(file.ContentId.Length > 0 ? "inline" : "attachment");
        if (file.Name.Length > 0) HeaderWriter.Parameter(header, "filename", file.Name);
        header.Append("\r\n");
        if (file.ContentId.Length > 0) header.Append("Content-ID: <").Append(file.ContentId).Append(">\r\n");
        await WriteAsync(header.Append("\r\n"));

        Base64Text content = Open(file);
        var lines = new Base64Lines();
        var decoded = new ArrayBufferWriter<byte>(Slice);
        while (content.Read(_slice, decoded))
        {
            lines.Write(decoded.WrittenSpan, _output);
            decoded.ResetWrittenCount();
            await FlushAsync();
        }
        lines.Complete(_output);
        await FlushAsync();
    }

    private Base64Text Open(DraftFile file) => new(body.Open(file.Content), file.Member);

    private byte[] Beginning(DraftFile file)
    {
        var decoded = new ArrayBufferWriter<byte>(Slice);
        _ = Open(file).Read(_slice, decoded);
        return decoded.WrittenSpan.ToArray();
    }

    private async ValueTask WriteAsync(StringBuilder text) => await sink.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));

    private async ValueTask FlushAsync()
    {
        await sink.WriteAsync(_output.WrittenMemory);
        _output.ResetWrittenCount();
    }
}

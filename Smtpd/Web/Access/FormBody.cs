using System.Text;

namespace Smtpd.Web.Access;

/// <summary>Reads what a form has sent.</summary>
internal static class FormBody
{
    /// <summary>Octets of a form: some names and passwords.</summary>
    private const int MaxOctets = 16 * 1024;

    private const string Type = "application/x-www-form-urlencoded";

    /// <summary>The form's fields, or the answer that says what is wrong with the body.</summary>
    public static async ValueTask<(HttpQuery? Fields, Answer? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        string type = (request.Fields["Content-Type"] ?? "").Split(';')[0].Trim();
        if (!type.Equals(Type, StringComparison.OrdinalIgnoreCase)) return (null, BytesAnswer.Error(415, $"A form is sent as {Type}."));
        return await request.Body.ReadAsync(MaxOctets, cancellation) is { } octets
            ? (new HttpQuery(Encoding.Latin1.GetString(octets.Span)), null)
            : (null, BytesAnswer.Error(413, $"The form must not be longer than {MaxOctets} octets."));
    }
}

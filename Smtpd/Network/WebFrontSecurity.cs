namespace Smtpd.Network;

/// <summary>The fields that every answer carries, whoever makes it.</summary>
internal static class WebFrontSecurity
{
    /// <summary>The field by which the front knows an answer of Smtpd from one that the HTTP library made on its own.</summary>
    public const string Mark = "Content-Security-Policy";

    /// <summary>The strictest set, right for data: nothing in it may run, be framed, be sniffed, be embedded elsewhere or be kept.</summary>
    public static readonly IReadOnlyList<HttpHeadField> Fields =
    [
        new("X-Content-Type-Options", "nosniff"),
        new(Mark, "default-src 'none'; frame-ancestors 'none'"),
        new("Referrer-Policy", "no-referrer"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new("Cache-Control", "no-store"),
    ];
}

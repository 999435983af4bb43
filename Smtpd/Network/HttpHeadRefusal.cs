namespace Smtpd.Network;

/// <summary>Why a request is answered by the front itself. All texts are fixed: nothing of the request comes back in them.</summary>
/// <param name="Status">The status code (RFC 9110 §15).</param>
/// <param name="Reason">The reason phrase that belongs to it.</param>
/// <param name="Error">A sentence for the person at the client.</param>
internal sealed record HttpHeadRefusal(int Status, string Reason, string Error)
{
    /// <summary>A further field line, without its line end.</summary>
    public string? Field { get; init; }

    public static readonly HttpHeadRefusal TooManyConnections =
        new(503, "Service Unavailable", "Too many connections are open. Try again in a moment.") { Field = "Retry-After: 1" };

    public static readonly HttpHeadRefusal TooManyOfAddress =
        new(429, "Too Many Requests", "Too many connections of your address are open. Try again in a moment.") { Field = "Retry-After: 1" };

    public static readonly HttpHeadRefusal Unavailable = new(503, "Service Unavailable", "The web server cannot answer now. Try again in a moment.");
    public static readonly HttpHeadRefusal NotAnswerable = Bad("The request could not be understood.");
    public static readonly HttpHeadRefusal Slow = new(408, "Request Timeout", "The request did not arrive in time.");
    public static readonly HttpHeadRefusal CutShort = Bad("The request ended before it was complete.");
    public static readonly HttpHeadRefusal LongTarget = new(414, "URI Too Long", "The request line is too long.");

    public static readonly HttpHeadRefusal TooLarge =
        new(431, "Request Header Fields Too Large", $"The request head has more than {WebFrontLimits.HeadBytes} bytes or {WebFrontLimits.HeadLines} lines.");

    public static readonly HttpHeadRefusal Version = new(505, "HTTP Version Not Supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    public static readonly HttpHeadRefusal Connect = new(405, "Method Not Allowed", "CONNECT is not allowed here.") { Field = "Allow: GET, HEAD" };
    public static readonly HttpHeadRefusal Expectation = new(417, "Expectation Failed", "The only expectation that can be met is 100-continue.");

    public static readonly HttpHeadRefusal Characters = Bad("The request head holds a control character, a bare CR or a bare LF.");
    public static readonly HttpHeadRefusal RequestLine = Bad("The request line is not 'method target HTTP/1.1'.");
    public static readonly HttpHeadRefusal FieldLine = Bad("A header line is not 'name: value', or is folded.");
    public static readonly HttpHeadRefusal Hosts = Bad("The request needs exactly one valid Host header.");
    public static readonly HttpHeadRefusal Framing = Bad("Content-Length or Transfer-Encoding is repeated, contradictory or malformed.");
    public static readonly HttpHeadRefusal Chunks = Bad("The body is not in chunks as Transfer-Encoding says.");

    private static HttpHeadRefusal Bad(string error) => new(400, "Bad Request", error);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>A stored message's source, taken apart into the trace lines that the server put in front and the octets that came (RFC 5321 §4.4).</summary>
internal sealed partial class StoredSource
{
    private StoredSource(string trace, byte[] original)
    {
        Trace = trace;
        Original = original;
    }

    /// <summary><c>Return-Path:</c> and the folded <c>Received:</c> field, with their line ends.</summary>
    public string Trace { get; }

    /// <summary>The message as it was sent.</summary>
    public byte[] Original { get; }

    public string OriginalText => Encoding.Latin1.GetString(Original);
    public string Digest => Convert.ToHexString(SHA256.HashData(Original));

    /// <summary>The address of the <c>Return-Path:</c> line.</summary>
    public string ReturnPath => TraceLines().Match(Trace).Groups["path"].Value;

    /// <param name="raw">The octets as the server gives them.</param>
    public static StoredSource Parse(byte[] raw)
    {
        Match trace = TraceLines().Match(Encoding.Latin1.GetString(raw, 0, Math.Min(raw.Length, 8192)));
        Assert.That(trace.Success, Is.True, () => "the source does not begin with Return-Path and Received: " + Encoding.Latin1.GetString(raw, 0, Math.Min(raw.Length, 300)));
        return new StoredSource(trace.Value, raw[trace.Length..]);
    }

    // The field ends with its date, so that a message that begins with a blank is not taken for more of it.
    [GeneratedRegex(@"\AReturn-Path: <(?<path>[^\r\n]*)>\r\nReceived: (?:[^\r\n]|\r\n[ \t])*?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r\n")]
    private static partial Regex TraceLines();
}

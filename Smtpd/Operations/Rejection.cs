using System.Net;

namespace Smtpd.Operations;

/// <summary>
/// A transaction of which the message, or at least one recipient, was refused. Texts are as clients wrote them, cut at
/// <see cref="MostLetters"/>.
/// </summary>
/// <param name="To">The recipient who was refused first, or the first of a refused message; empty where there was none yet.</param>
/// <param name="Recipients">How many are concerned.</param>
/// <param name="Reply">Code, enhanced code where there is one, and text.</param>
/// <param name="Listener">See <see cref="ListenerFigures.Name"/>.</param>
internal sealed record Rejection(DateTimeOffset Time, IPAddress Client, string Helo, string User, string From, string To, int Recipients, string Reply, RejectionReason Reason, string Listener)
{
    /// <summary>Letters of each text: an address fits, and 200 rejections stay small.</summary>
    public const int MostLetters = 256;

    public string Helo { get; } = Cut(Helo);

    public string User { get; } = Cut(User);

    public string From { get; } = Cut(From);

    public string To { get; } = Cut(To);

    public string Reply { get; } = Cut(Reply);

    /// <summary>Never in the middle of a letter that takes two places.</summary>
    private static string Cut(string text) => text.Length <= MostLetters ? text : text[..(char.IsHighSurrogate(text[MostLetters - 1]) ? MostLetters - 1 : MostLetters)];
}

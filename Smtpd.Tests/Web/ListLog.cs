using System.Collections.Concurrent;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd.Tests.Web;

/// <summary>Keeps the lines for the test to look at.</summary>
internal sealed class ListLog : Log
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public override bool Keeps(LogLevel level) => true;

    public override void Write(LogLevel level, string text) => Lines.Enqueue((level, text));
}

using System.Diagnostics;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>Waits for a condition, not for time: looks again and again until it holds or the deadline fails the test.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, deadline);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        TimeSpan limit = deadline ?? Deadline;
        var since = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Pause);
        while (!await condition())
        {
            if (since.Elapsed > limit) Assert.Fail($"not within {limit.TotalSeconds:0} s: {what}");
            await timer.WaitForNextTickAsync();
        }
    }
}

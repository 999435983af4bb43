using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Smtpd.Tests.Blackbox.Harness;

/// <summary>
/// A server that is under load all the time, and is killed and started again in the middle of it. Its configuration and its folder outlive the process.
/// </summary>
/// <param name="mails">What is sent, over and over.</param>
/// <param name="nextSerial">Gives each message of all receivers a number of its own.</param>
internal sealed class LoadedReceiver(SmtpdConfiguration configuration, IReadOnlyList<BulkMail> mails, Func<int> nextSerial) : IAsyncDisposable
{
    private const int Connections = 4;

    /// <summary>What is sent before it is looked whether it is enough; a broken connection leaves the rest of its share unsent.</summary>
    private const int MailsAtOnce = 12;

    /// <summary>The spool takes mail far faster than the database gets it, and in the end all of it must be there.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentQueue<BulkLoad> _loads = new();
    private readonly ConcurrentQueue<BulkMail> _sent = new();
    private SmtpdProcess? _process;
    private Task _sending = Task.CompletedTask;

    public SmtpdProcess Process => _process ?? throw new InvalidOperationException("The server is not running.");

    public IEnumerable<BulkMail> Sent => _sent;

    /// <summary>How many messages were acknowledged so far.</summary>
    public int Count => _loads.Sum(load => load.Acknowledged.Count);

    public IEnumerable<KeyValuePair<int, string>> Acknowledged => _loads.SelectMany(load => load.Acknowledged);

    public IEnumerable<SmtpReply> Refusals => _loads.SelectMany(load => load.Refused.Values);

    public int Broken => _loads.Sum(load => load.Broken.Count);

    public async Task StartAsync()
    {
        _process = await SmtpdProcess.StartAsync(configuration);
        if (_loads.IsEmpty) _sending = Task.Run(SendAsync);
    }

    public async Task KillAsync()
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends the load; what is under way is sent to its end.</summary>
    public async Task EndLoadAsync()
    {
        await _enough.CancelAsync();
        await _sending.WaitAsync(Eventually.Deadline);
    }

    /// <summary>Waits until what <c>/metrics</c> shows of the spool is so. Looks seldom: for each look the database counts its messages.</summary>
    public async Task SpoolHoldsAsync(string name, Func<long, bool> condition, TimeSpan deadline)
    {
        long value = 0;
        for (long began = Stopwatch.GetTimestamp(); !condition(value = await FigureAsync($"smtpd_spool_{name}")); await Task.Delay(_look))
            if (Stopwatch.GetElapsedTime(began) > deadline) Assert.Fail($"not within {deadline.TotalSeconds:0} s: smtpd_spool_{name} is {value}");
    }

    /// <summary>True when no mail waits.</summary>
    public async Task<bool> IsForwardedAsync()
    {
        using HttpResponseMessage answer = await Process.Api.GetAsync("readyz");
        return await answer.Content.ReadAsStringAsync() is var text && text.Trim() == "OK";
    }

    /// <summary>A number that <c>/metrics</c> shows.</summary>
    public async Task<long> FigureAsync(string name)
    {
        using HttpResponseMessage answer = await Process.Api.GetAsync("metrics");
        string text = await answer.Content.ReadAsStringAsync();
        string line = text.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal)) ?? throw new AssertionException($"/metrics shows no {name}:\n{text}");
        return long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }

    private async Task SendAsync()
    {
        for (int i = 0; !_enough.IsCancellationRequested; i += MailsAtOnce)
        {
            BulkMail[] next = [.. Enumerable.Range(i, MailsAtOnce).Select(place => mails[place % mails.Count] with { Serial = nextSerial() })];
            foreach (BulkMail mail in next) _sent.Enqueue(mail);
            var load = new BulkLoad(next);
            _loads.Enqueue(load);
            await load.SendAsync(configuration.SmtpPort, Connections);
            await Task.Delay(_pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        if (_process is not null) await _process.DisposeAsync();
        _enough.Dispose();
    }
}

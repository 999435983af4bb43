using Smtpd.Mongo.Dns;
using Smtpd.Operations;

namespace Smtpd.Mongo.Connections;

/// <summary>
/// Asks DNS for the servers of <c>mongodb+srv</c>: until it names them, and then from time to time, as mongos come and go without telling each
/// other. The times are those of MongoDB's "Polling SRV Records for mongos Discovery". Used by one task.
/// </summary>
/// <param name="dns">Whom to ask; null for the servers that the system's file names at that moment.</param>
internal sealed class SrvPolling(MongoConnectionSettings settings, DnsClient? dns, TimeProvider clock, Log log)
{
    private const string ResolverFile = "/etc/resolv.conf";

    /// <summary>Between two questions until DNS has named the servers once.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>Between two questions later, however short the records are to be believed.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromMinutes(1);

    /// <summary>And however long: a record may say sixty years.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private TimeSpan _pause;
    private string? _told;

    /// <param name="begin">Takes the settings, with the hosts that are named; what it throws is tried again too.</param>
    /// <param name="fail">Is told why they are not known yet.</param>
    public async Task BeginAsync(Action<MongoConnectionSettings> begin, Action<string> fail, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                SrvAnswer answer = await SrvSeeds.ResolveAsync(settings, Dns(), cancellationToken).ConfigureAwait(false);
                begin(answer.Settings!);
                _pause = PauseFor(answer.TimeToLive);
                return;
            }
            catch (Exception failure) when (failure is DnsException or MongoException or IOException or UnauthorizedAccessException)
            {
                fail(failure.Message);
                log.Warn($"mongodb: {failure.Message}");
            }
            await Task.Delay(FirstPause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until it is time and asks once more.</summary>
    /// <returns>The hosts that are named now; none when that cannot be found out, and those that are known are to be kept.</returns>
    public async Task<IReadOnlyList<MongoHost>> NextAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_pause, clock, cancellationToken).ConfigureAwait(false);
        try
        {
            SrvAnswer answer = await SrvSeeds.LookUpAsync(settings, Dns(), cancellationToken).ConfigureAwait(false);
            bool isNone = answer.Hosts.Count == 0;
            Tell(answer.Strangers.Count > 0 ? $"{settings.SrvHost}: {string.Join(", ", answer.Strangers)} named by DNS, not of the same domain and passed over"
                : isNone ? $"{settings.SrvHost}: no servers named by DNS any more; those that are known are kept" : null);
            _pause = isNone ? settings.Times.Heartbeat : PauseFor(answer.TimeToLive);
            return answer.Hosts;
        }
        catch (Exception failure) when (failure is DnsException or IOException or UnauthorizedAccessException)
        {
            Tell($"{failure.Message}; the servers that are known are kept");
            _pause = settings.Times.Heartbeat;
            return [];
        }
    }

    private DnsClient Dns() => dns ?? DnsClient.FromFile(ResolverFile);

    private static TimeSpan PauseFor(TimeSpan timeToLive) => timeToLive < LeastPause ? LeastPause : timeToLive > LongestPause ? LongestPause : timeToLive;

    /// <summary>Once, not at each heartbeat.</summary>
    private void Tell(string? problem)
    {
        if (problem is not null && problem != _told) log.Warn($"mongodb: {problem}");
        _told = problem;
    }
}

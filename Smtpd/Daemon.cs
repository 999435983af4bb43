using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd;

internal static class Daemon
{
    public static Task<int> RunAsync(Settings settings, Log log)
    {
        using PidFile? pidFile = PidFile.Create(settings.PidFile);
        log.Info("starting");
        return Task.FromResult(0);
    }
}

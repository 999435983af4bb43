using System.Runtime.InteropServices;
using Smtpd.Configuration;
using Smtpd.Operations;

namespace Smtpd;

/// <summary>From the command line to the exit code: 0 when all went well, 1 when the program cannot start or failed, 2 for a wrong command line.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            return await RunAsync(CommandLine.Parse(arguments));
        }
        catch (Exception failure)
        {
            // The last stop of every exception: the operator gets one line, the log has had the stack.
            return Complain(failure.Message, 1);
        }
    }

    private static Task<int> RunAsync(CommandLine commandLine)
    {
        switch (commandLine.Request)
        {
            case Request.Refuse:
                Console.Error.Write($"{commandLine.Problem}\n{CommandLine.Usage}");
                return Task.FromResult(2);
            case Request.ShowUsage:
                Console.Error.Write(CommandLine.Usage);
                return Task.FromResult(0);
            case Request.ShowVersion:
                Console.Out.Write(ProgramVersion.Describe());
                return Task.FromResult(0);
            default:
                ConfigurationReading reading = SettingsReader.Read(commandLine.Overrides);
                if (reading.Settings is not { } settings) return Task.FromResult(Refuse(reading));
                if (commandLine.Users is { } users) return UserTool.RunAsync(users, settings);
                return commandLine.Request == Request.Check ? Task.FromResult(Print(reading)) : ServeAsync(settings, reading);
        }
    }

    private static int Refuse(ConfigurationReading reading)
    {
        foreach (string error in reading.Errors) Console.Error.WriteLine(error);
        return 1;
    }

    private static int Print(ConfigurationReading reading)
    {
        Console.Out.Write(ConfigurationReport.Describe(reading));
        return 0;
    }

    private static async Task<int> ServeAsync(Settings settings, ConfigurationReading reading)
    {
        await using var log = new FileLog(settings.Logging.Level, DescriptorSink.Open(settings.LogFile));
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            log.Reopen();
        });
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) => EndAtOnce(log, settings, (Exception)unhandled.ExceptionObject);
        TaskScheduler.UnobservedTaskException += (_, unobserved) => log.Error($"A task failed unseen: {unobserved.Exception.GetBaseException().Message}");

        log.Info($"Smtpd {ProgramVersion.Number} starting, settings from {reading.Source}");
        foreach (Notice notice in reading.Notices) log.Write(notice.Level, notice.Text);
        try
        {
            return await Daemon.RunAsync(settings, reading, log);
        }
        catch (Exception failure)
        {
            Record(log, failure);
            if (IsOnStandardError(settings)) return 1;
            throw;
        }
    }

    /// <summary>An exception on a thread of its own would end the process with the runtime's words and a signal; it ends with ours.</summary>
    private static void EndAtOnce(FileLog log, Settings settings, Exception failure)
    {
        Record(log, failure);
        log.Dispose();
        Environment.Exit(IsOnStandardError(settings) ? 1 : Complain(failure.Message, 1));
    }

    /// <summary>True when the log's line is the one line on standard error that the operator is owed.</summary>
    private static bool IsOnStandardError(Settings settings) => settings.LogFile is null;

    private static void Record(FileLog log, Exception failure)
    {
        log.Error(failure.Message);
        if (failure is StartupException) return;
        foreach (string line in failure.ToString().Split('\n')) log.Trace(line);
    }

    private static int Complain(string problem, int exitCode)
    {
        Console.Error.WriteLine($"smtpd: {Problems.Shown(problem, int.MaxValue)}");
        return exitCode;
    }
}

using System.Text;
using Smtpd.Accounts;
using Smtpd.Configuration;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd;

/// <summary>The command <c>user</c>: has the running server do it, or does it in the store where none runs.</summary>
internal static class UserTool
{
    private const int Attempts = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <returns>0 when done, 1 when not.</returns>
    public static async Task<int> RunAsync(UserCommandLine commandLine, Settings settings)
    {
        UserRequest request = commandLine.Request;
        if (request.NeedsPassword)
        {
            request = request with { Password = ReadPassword(request) };
            if (request.Password is null) return Complain("the two passwords differ; nothing was changed");
        }
        UserReply reply;
        try
        {
            reply = await AskAsync(request, settings);
        }
        catch (Exception failure) when (failure is StoreException or IOException or System.Text.Json.JsonException)
        {
            return Complain(failure.Message);
        }
        foreach (string line in reply.Lines) Console.Out.WriteLine(line);
        return reply.Problem is null ? 0 : Complain(reply.Problem);
    }

    /// <summary>A server that has just started, or is about to end, has the store and does not listen: it is asked again.</summary>
    private static async Task<UserReply> AskAsync(UserRequest request, Settings settings)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (await UserSocket.AskAsync(UserSocket.PathFor(settings.Datastore.OwnFile), request, CancellationToken.None) is { } reply) return reply;
            try
            {
                return await CarryOutAsync(request, settings);
            }
            catch (StoreException failure) when (failure.IsTaken && attempt < Attempts)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static async Task<UserReply> CarryOutAsync(UserRequest request, Settings settings)
    {
        if (settings.Datastore.Storage == StorageKind.Memory) return UserReply.Failed("the memory store (datastore.storage) has users only while the server runs, and none was reached");
        var log = new ErrorsOnly();
        await using Stores stores = StoreFactory.OpenUsers(settings, TimeProvider.System, log);
        var users = new UserDirectory(stores.Users);
        var administration = new UserAdministration(users, new Tickets(users, TimeProvider.System, log), TimeProvider.System) { MailboxPlus = settings.Smtp.MailboxPlus };
        return await administration.CarryOutAsync(request, CancellationToken.None);
    }

    /// <summary>From the terminal, twice and without showing it, or the first line of standard input. Null when the two differ.</summary>
    private static string? ReadPassword(UserRequest request)
    {
        if (Console.IsInputRedirected)
        {
            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return input.ReadLine() ?? "";
        }
        string what = request.IsHash ? "Hash" : "Password";
        string first = ReadHidden($"{what} for {Problems.Shown(request.Name)}: ");
        return ReadHidden("Once more: ") == first ? first : null;
    }

    private static string ReadHidden(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (key.KeyChar != '\0') text.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return text.ToString();
    }

    private static int Complain(string problem)
    {
        Console.Error.WriteLine($"smtpd: {Problems.Shown(problem, int.MaxValue)}");
        return 1;
    }

    /// <summary>What the store has to say goes to standard error when it is an error.</summary>
    private sealed class ErrorsOnly : Log
    {
        public override bool Keeps(LogLevel level) => level == LogLevel.Error;

        public override void Write(LogLevel level, string text)
        {
            if (Keeps(level)) Console.Error.WriteLine($"smtpd: {Problems.Shown(text, int.MaxValue)}");
        }
    }
}

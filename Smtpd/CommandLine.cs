using System.CommandLine;
using Smtpd.Configuration;

namespace Smtpd;

/// <summary>What the program is asked to do.</summary>
internal enum Request
{
    /// <summary>Receive mail until told to stop.</summary>
    Run,

    /// <summary>Print the settings that hold, or what is wrong with them.</summary>
    Check,

    ShowUsage,
    ShowVersion,

    /// <summary>Look after the users.</summary>
    User,

    /// <summary>Nothing: the command line is wrong.</summary>
    Refuse,
}

/// <summary>
/// The command line, with the flags of the original and of go-guerrilla and the ways of Go's flag package: <c>-x</c> is
/// <c>--x</c>, a value follows <c>=</c> or a blank, the last of several wins, and the first word that is no flag ends the flags.
/// </summary>
/// <param name="Problem">What is wrong, for <see cref="Request.Refuse"/>.</param>
internal sealed record CommandLine(Request Request, SettingsOverrides Overrides, string? Problem = null)
{
    /// <summary>What to do about the users, for <see cref="Request.User"/>.</summary>
    public UserCommandLine? Users { get; init; }

    private static readonly Option<string> Config = Flag("config", "FILE", "read the settings from FILE; otherwise from /etc/smtpd.conf, else from ./goguerrilla.conf, else built-in defaults hold");
    private static readonly Option<string> LogFile = Flag("logfile", "FILE", "log to FILE, or stderr (default), or stdout");
    private static readonly Option<string> PidFile = Flag("pidfile", "FILE", "write the process id to FILE; none (default) for no file");
    private static readonly Option<string> Interface = Flag("if", "HOST:PORT", "receive SMTP here, whatever the settings say");
    private static readonly Option<string> Verbose = Flag("v", "y|n", "y: log everything, to stdout unless -logfile says otherwise; n (default): as the settings say");
    private static readonly Option<string> Version = Flag("version", null, "print the version and those of the libraries inside");
    private static readonly Option<string> Help = Flag("help", null, "print this, also as -h", "-h", "--h");

    private static readonly Option<string>[] Flags = [Config, LogFile, PidFile, Interface, Verbose, Version, Help];

    private static readonly Command Check = new("check", "print every setting that holds and where it comes from; exit 1 with every error when there are any");

    private static readonly RootCommand Root = Grammar();

    // No bundling: -if is not -i -f. No response files: @ starts an ordinary word.
    private static readonly ParserConfiguration AsGoDoes = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>What <c>-help</c> prints, and every complaint about the command line.</summary>
    public static string Usage { get; } = DescribeFlags();

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        int users = UserCommandLine.Find(arguments, argument => Find(argument) is { HelpName: not null });
        if (users >= 0) return UserCommandLine.Parse(Parse([.. arguments.Take(users)]), [.. arguments.Skip(users + 1)]);
        ParseResult result = Root.Parse(UpToTheFirstOtherWord(arguments), AsGoDoes);
        if (Complaint(result) is { } problem) return new CommandLine(Request.Refuse, new SettingsOverrides(), problem);

        var overrides = new SettingsOverrides(
            result.GetValue(Config),
            result.GetValue(LogFile),
            result.GetValue(PidFile),
            result.GetValue(Interface),
            IsTrue(result.GetValue(Verbose)));
        Request request = IsTrue(result.GetValue(Help)) ? Request.ShowUsage
            : IsTrue(result.GetValue(Version)) ? Request.ShowVersion
            : result.CommandResult.Command == Check ? Request.Check
            : Request.Run;
        return new CommandLine(request, overrides);
    }

    private static RootCommand Grammar()
    {
        var root = new RootCommand();
        root.Options.Clear();
        root.Directives.Clear();
        foreach (Option<string> flag in Flags) root.Add(flag);
        root.Add(Check);
        // What is asked for is read off the result, nothing is invoked; but a root without an action would insist on a command.
        root.SetAction(_ => { });
        Check.SetAction(_ => { });
        return root;
    }

    /// <summary>A flag with a value; one without a name for it is a switch, whose value is yes or no.</summary>
    private static Option<string> Flag(string name, string? value, string meaning, params string[] aliases) => new($"-{name}", [$"--{name}", .. aliases])
    {
        HelpName = value,
        Description = meaning,
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => result.Tokens[^1].Value,
    };

    /// <summary>
    /// The arguments that Go's flag package would look at: it stops at <c>--</c> and at the first word that is neither a flag
    /// nor a flag's value (here: nor a command), lets a switch stand alone, which here becomes <c>-switch=true</c>, and takes
    /// <c>-flag=</c> as an empty value, for which the parser behind wants a word of its own.
    /// </summary>
    private static List<string> UpToTheFirstOtherWord(IReadOnlyList<string> arguments)
    {
        List<string> kept = [];
        bool isValue = false;
        foreach (string argument in arguments)
        {
            bool isFlag = argument.Length > 1 && argument[0] == '-';
            if (!isValue && (argument == "--" || (!isFlag && argument != Check.Name))) break;
            bool needsMore = !isValue && isFlag && !argument.Contains('=');
            bool isSwitch = needsMore && Find(argument) is { HelpName: null };
            if (!isValue && isFlag && argument.EndsWith('=')) kept.AddRange([argument[..^1], ""]);
            else kept.Add(isSwitch ? $"{argument}=true" : argument);
            isValue = needsMore && !isSwitch && Find(argument) is not null;
        }
        return kept;
    }

    private static Option<string>? Find(string argument) => Array.Find(Flags, flag => flag.Name == argument || flag.Aliases.Contains(argument));

    /// <summary>What is wrong, in the words of Go's flag package where it has any, or null.</summary>
    private static string? Complaint(ParseResult result)
    {
        if (result.UnmatchedTokens.Count > 0) return $"flag provided but not defined: {Problems.Shown(result.UnmatchedTokens[0])}";
        foreach (Option<string> flag in Flags)
        {
            if (result.GetResult(flag) is not { Implicit: false } given) continue;
            if (given.Tokens.Count < given.IdentifierTokenCount || given.Tokens[^1].Value.Length == 0) return $"flag needs an argument: {flag.Name}";
            string value = given.Tokens[^1].Value;
            if ((flag.HelpName is null || flag == Verbose) && !OptionText.TryBoolean(value, out _, out _)) return $"invalid value {Problems.Quote(value)} for flag {flag.Name}: use y or n";
        }
        return result.Errors.Count > 0 ? result.Errors[0].Message : null;
    }

    private static bool IsTrue(string? value) => value is not null && OptionText.TryBoolean(value, out bool yes, out _) && yes;

    private static string DescribeFlags()
    {
        var usage = new System.Text.StringBuilder("Usage of smtpd [options]:\n");
        foreach (Option<string> flag in Flags) usage.Append($"  {$"{flag.Name} {flag.HelpName}".TrimEnd()}\n    \t{flag.Description}\n");
        return usage.Append($"or: smtpd {Check.Name} [options]\n    \t{Check.Description}\n{UserCommandLine.Usage}").ToString();
    }
}

using System.CommandLine;
using Smtpd.Accounts;
using Smtpd.Configuration;

namespace Smtpd;

/// <summary>The words behind <c>smtpd user</c>. Built only when they are there: a server that starts has no use for them.</summary>
/// <param name="Request">What is asked for, the password still missing.</param>
internal sealed record UserCommandLine(UserRequest Request)
{
    private const string Word = "user";

    public const string Usage =
        """
        or: smtpd user add NAME [--superuser] [--mailbox ADDRESS]... [--domain DOMAIN]... [--cram] [--hash] [-config FILE]
        or: smtpd user passwd NAME [--cram] [--hash] [-config FILE]
        or: smtpd user list|disable NAME|enable NAME|delete NAME [-config FILE]
        or: smtpd user set NAME [--superuser|--no-superuser] [--mailbox ADDRESS]... [--no-mailbox ADDRESS]...
            [--domain DOMAIN]... [--no-domain DOMAIN]... [-config FILE]
        or: smtpd user token NAME [--note TEXT]|[--delete ID|all] [-config FILE]
        or: smtpd user tokens NAME [-config FILE]
            	look after who may sign in, beside a running server or without one; the password is asked for,
            	or read from standard input; --hash: what is read there is a hash of the original, not a password

        """;

    /// <summary>Where the word is among the arguments, as a command and not as a flag's value; -1 when it is not.</summary>
    /// <param name="takesValue">True for a flag whose value is a word of its own.</param>
    public static int Find(IReadOnlyList<string> arguments, Func<string, bool> takesValue)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == Word) return i;
            if (arguments[i].Length < 2 || arguments[i][0] != '-' || arguments[i] == "--") return -1;
            if (takesValue(arguments[i])) i++;
        }
        return -1;
    }

    /// <param name="before">What stands in front of the word.</param>
    /// <param name="arguments">What stands behind it.</param>
    public static CommandLine Parse(CommandLine before, IReadOnlyList<string> arguments)
    {
        if (before.Request != Smtpd.Request.Run) return before;
        Argument<string> name = new("NAME");
        Option<string> config = new("-config", "--config");
        Option<bool> help = new("-help", "--help", "-h"), superuser = Switch("superuser"), cram = Switch("cram"), hash = Switch("hash");
        Option<bool> noSuperuser = Switch("no-superuser");
        Option<string[]> mailbox = Several("mailbox"), domain = Several("domain"), noMailbox = Several("no-mailbox"), noDomain = Several("no-domain");
        Option<string> note = new("--note", "-note"), delete = new("--delete", "-delete");
        config.Recursive = help.Recursive = true;
        var user = new Command(Word)
        {
            config,
            help,
            new Command("add") { name, superuser, mailbox, domain, cram, hash },
            new Command("passwd") { name, cram, hash },
            new Command("list"),
            new Command("disable") { name },
            new Command("enable") { name },
            new Command("delete") { name },
            new Command("set") { name, superuser, noSuperuser, mailbox, noMailbox, domain, noDomain },
            new Command("token") { name, note, delete },
            new Command("tokens") { name },
        };
        foreach (Command command in user.Subcommands) command.SetAction(_ => { });
        ParseResult result = user.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (result.GetValue(help)) return before with { Request = Smtpd.Request.ShowUsage };
        if (result.Errors.Count > 0) return before with { Request = Smtpd.Request.Refuse, Problem = $"smtpd user: {Problems.Shown(result.Errors[0].Message)}" };

        string verb = result.CommandResult.Command.Name;
        UserVerb wanted = Enum.GetValues<UserVerb>().First(one => one.ToString().Equals(verb, StringComparison.OrdinalIgnoreCase));
        var request = new UserRequest(wanted, wanted == UserVerb.List ? "" : result.GetValue(name) ?? "")
        {
            Superuser = Given(superuser),
            SharedSecret = Given(cram),
            IsHash = Given(hash),
            NoSuperuser = Given(noSuperuser),
            Mailboxes = All(mailbox),
            Domains = All(domain),
            NoMailboxes = All(noMailbox),
            NoDomains = All(noDomain),
            Note = result.GetResult(note) is null ? "" : result.GetValue(note) ?? "",
            DeletedToken = result.GetResult(delete) is null ? null : result.GetValue(delete),
        };
        SettingsOverrides overrides = result.GetValue(config) is { } file ? before.Overrides with { ConfigFile = file } : before.Overrides;
        return before with { Request = Smtpd.Request.User, Overrides = overrides, Users = new UserCommandLine(request) };

        bool Given(Option<bool> option) => result.GetResult(option) is not null && result.GetValue(option);

        string[] All(Option<string[]> option) => result.GetResult(option) is null ? [] : result.GetValue(option) ?? [];
    }

    private static Option<string[]> Several(string name) => new($"--{name}", $"-{name}") { Arity = ArgumentArity.OneOrMore };

    private static Option<bool> Switch(string name) => new($"--{name}", $"-{name}");
}

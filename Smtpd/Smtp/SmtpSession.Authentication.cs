using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Smtpd.Accounts.Sasl;
using Smtpd.Configuration;

namespace Smtpd.Smtp;

/// <summary>AUTH (RFC 4954).</summary>
internal sealed partial class SmtpSession
{
    /// <summary>Octets of a line with a response, or of AUTH with an initial one, and its CRLF (RFC 4954 §4).</summary>
    private const int MaxSignInLine = 12_288;

    /// <summary>Failures after which the connection is closed.</summary>
    private const int MaxFailedSignIns = 5;

    /// <summary>The first failure is answered after so long, each further one after twice the time, up to the longest.</summary>
    private static readonly TimeSpan ShortestPenalty = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan LongestPenalty = TimeSpan.FromSeconds(4);

    private SaslExchange? _signIn;
    private string _mechanism = "";
    private byte[] _response = [];
    private string? _user;
    private int _failedSignIns;

    /// <summary>True once AUTH was seen: a client that was refused may have its password already on the way, as a line of its own.</summary>
    private bool _mayHoldSecrets;

    private bool OffersSignIn => context.SignIns is { IsOpen: true } && _user is null && MaySignIn;

    /// <summary>True when passwords cannot be read on the way, or nobody minds.</summary>
    private bool MaySignIn => connection.IsEncrypted || (context.Settings.SignIn.Insecure && !context.Settings.Tls.Required);

    private SaslConnection Channel => new(context.Settings.Domain, connection.Tls?.EndPoint, connection.Tls?.ClientNames ?? []);

    private IReadOnlyList<string> Mechanisms() => SaslMechanisms.For(context.SignIns!, Channel);

    /// <summary>Octets that the line at the start of the input may have.</summary>
    private int LineLimit(ReadOnlySpan<byte> line) => _signIn is not null || IsAuth(line) ? MaxSignInLine : CommandLine.MaxOctets;

    /// <summary>True for a line that begins with the letters of AUTH, whatever follows.</summary>
    private static bool IsAuth(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t"u8);
        return line.Length >= 4 && Ascii.EqualsIgnoreCase(line[..4], "AUTH"u8);
    }

    private Need RefuseLongLine()
    {
        _signIn = null;
        return Refuse(Replies.LineTooLong);
    }

    /// <summary>Writes a command into the log without what may be a secret.</summary>
    private void TraceCommand(ReadOnlySpan<byte> line)
    {
        if (IsAuth(line)) line = Encoding.ASCII.GetBytes($"AUTH {SaslMechanisms.NameIn(CommandLine.Parse(line).Argument)}".TrimEnd());
        else if (_mayHoldSecrets && CommandLine.Parse(line).Verb == Verb.Unknown) line = Encoding.ASCII.GetBytes($"(an unknown command of {line.Length} octets, which may be part of a sign-in, is not shown)");
        context.Log.Write(LogLevel.Trace, $"SMTP[{connection.RemoteAddress}] C: {line}");
    }

    private Need Authenticate(ReadOnlySpan<byte> argument)
    {
        _mayHoldSecrets = true;
        if (context.SignIns is not { } service) return Refuse(Replies.NotImplemented);
        if (!_extended) return Refuse(Replies.EhloFirst);
        if (_user is not null) return Refuse(Replies.AlreadySignedIn);
        if (_envelope is not null) return Refuse(Replies.NoSignInNow);
        int blank = argument.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> name = blank < 0 ? argument : argument[..blank];
        ReadOnlySpan<byte> initial = blank < 0 ? default : argument[blank..].Trim(" \t"u8);
        if (name.IsEmpty || initial.ContainsAny((byte)' ', (byte)'\t')) return Refuse(Replies.AuthSyntax);
        if (!MaySignIn) return Refuse(Replies.EncryptionFirst);
        if (context.Limits?.MaySignIn(connection.RemoteAddress) == false) return Refuse(Replies.TooManyFailures);

        string wanted = Encoding.Latin1.GetString(name).ToUpperInvariant();
        if (!Mechanisms().Contains(wanted)) return Refuse(wanted == SaslMechanisms.CramMd5 ? Replies.WeakMechanism : Replies.UnknownMechanism);
        SaslExchange exchange = SaslMechanisms.Begin(wanted, service, Channel);
        if (!initial.IsEmpty && !exchange.TakesInitialResponse) return Refuse(Replies.NoInitialResponse);
        (_signIn, _mechanism) = (exchange, wanted);
        if (initial.IsEmpty) return Challenge(exchange.Prompt);
        // "=" is an initial response without octets.
        return Decode(initial.SequenceEqual("="u8) ? default : initial);
    }

    /// <summary>Takes a line that is a response, not a command.</summary>
    private Need TakeResponse(ReadOnlySpan<byte> line)
    {
        if (context.Log.Keeps(Configuration.LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] C: (a response of {line.Length} octets is not shown)");
        if (!line.SequenceEqual("*"u8)) return Decode(line);
        _signIn = null;
        return Refuse(Replies.SignInCancelled);
    }

    private Need Decode(ReadOnlySpan<byte> encoded)
    {
        byte[] octets = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
        // The decoder passes over blanks, which RFC 4954 does not.
        if (encoded.ContainsAny(" \t\r\n"u8) || Base64.DecodeFromUtf8(encoded, octets, out _, out int length) != OperationStatus.Done)
        {
            _signIn = null;
            return Refuse(Replies.BadResponse);
        }
        _response = octets[..length];
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(octets);
        return Need.SignIn;
    }

    private Need Challenge(byte[] challenge)
    {
        if (context.Log.Keeps(Configuration.LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] S: 334 (a challenge is not shown)");
        byte[] line = Encoding.ASCII.GetBytes($"334 {Convert.ToBase64String(challenge)}\r\n");
        line.CopyTo(connection.Outbox.GetSpan(line.Length));
        connection.Outbox.Advance(line.Length);
        return Need.Input;
    }

    /// <summary>Gives the response to the mechanism, which may have to look up and to derive, and answers. False when the connection is at its end.</summary>
    private async ValueTask<bool> ContinueSignInAsync()
    {
        if (connection.HasOutput && !await connection.FlushAsync().ConfigureAwait(false)) return false;
        connection.IgnoresDeadline = true;
        SaslStep step = await _signIn!.TakeAsync(_response).ConfigureAwait(false);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(_response);
        _response = [];
        if (step.Outcome != SaslOutcome.Challenge) _signIn = null;
        if (step.Outcome == SaslOutcome.Refused) await PunishAsync().ConfigureAwait(false);
        connection.SetDeadline(context.Settings.MaxIdle);
        connection.IgnoresDeadline = false;
        Need need = AnswerSignIn(step);
        if (need != Need.Close) return true;
        await connection.FlushAndEndAsync().ConfigureAwait(false);
        return false;
    }

    private Need AnswerSignIn(SaslStep step)
    {
        switch (step.Outcome)
        {
            case SaslOutcome.Challenge:
                return Challenge(step.Challenge!);
            case SaslOutcome.Accepted:
                _user = step.Name;
                context.Log.Info($"SMTP[{connection.RemoteAddress}] signed in as {_user} by {_mechanism}");
                return Say(Replies.SignedIn);
            case SaslOutcome.Malformed:
                return Refuse(Replies.BadResponse);
            case SaslOutcome.Busy:
                return Say(Replies.SignInBusy);
            default:
                if (_failedSignIns < MaxFailedSignIns) return Refuse(Replies.SignInRefused);
                Say(Replies.TooManyFailuresHere);
                return Need.Close;
        }
    }

    /// <summary>Makes guessing slow. The name is not logged: people type their passwords there.</summary>
    private async ValueTask PunishAsync()
    {
        _failedSignIns++;
        context.Metrics.Rejections.Count(Smtpd.Operations.RejectionReason.SignIn);
        context.Limits?.CountFailedSignIn(connection.RemoteAddress);
        context.Log.Info($"SMTP[{connection.RemoteAddress}] a sign-in by {_mechanism} failed");
        TimeSpan penalty = ShortestPenalty * (1 << (_failedSignIns - 1));
        await Task.Delay(penalty < LongestPenalty ? penalty : LongestPenalty, context.Clock).ConfigureAwait(false);
    }
}

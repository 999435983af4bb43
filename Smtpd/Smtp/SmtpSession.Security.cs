using Smtpd.Mail;
using Smtpd.Configuration;

namespace Smtpd.Smtp;

/// <summary>STARTTLS (RFC 3207), and what must have happened before mail is taken.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>A handshake is a few round trips; who needs longer is holding the connection only.</summary>
    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(30);

    private bool LacksTls => context.Settings.Tls.Required && !connection.IsEncrypted;

    private bool LacksSignIn => context.Settings.SignIn.Mode == SignInMode.Required && SignedInAs is null;

    /// <summary>The part of the answer to EHLO that depends on how the connection is protected.</summary>
    private void SayProtection()
    {
        if (!connection.IsEncrypted && context.Certificates?.Current is not null) Say("250-STARTTLS\r\n"u8);
        if (OffersSignIn && Mechanisms() is { Count: > 0 } mechanisms) Say($"250-AUTH {string.Join(' ', mechanisms)}");
    }

    private Need StartTls(ReadOnlySpan<byte> argument)
    {
        if (!argument.IsEmpty) return Refuse(Replies.NoArguments);
        if (connection.IsEncrypted) return Refuse(Replies.AlreadyInTls);
        if (context.Certificates is null) return Refuse(Replies.NotImplemented);
        if (!_extended) return Refuse(Replies.EhloFirst);
        if (context.Certificates.Current is null) return Refuse(Replies.TlsUnavailable);
        Say(Replies.ReadyForTls);
        return Need.StartTls;
    }

    /// <summary>Takes the handshake; afterwards nothing that was said before counts (RFC 3207 §4.2). False when the connection is at its end.</summary>
    private async ValueTask<bool> UpgradeAsync()
    {
        EndTransaction("Reset");
        if (!await connection.FlushAsync().ConfigureAwait(false) || !await TakeHandshakeAsync(behindPlaintext: true).ConfigureAwait(false)) return false;
        // Whose connection it is stays as its proxy said: otherwise a client would become its proxy by STARTTLS.
        (_helo, _extended, _turnedBack, _user, _login) = ("", false, false, null, null);
        return true;
    }

    private async ValueTask<bool> TakeHandshakeAsync(bool behindPlaintext)
    {
        if (context.Certificates?.Current is { } certificate && await connection.StartTlsAsync(certificate, behindPlaintext, HandshakeDeadline).ConfigureAwait(false))
        {
            if (context.Log.Keeps(LogLevel.Trace)) context.Log.Trace($"SMTP[{connection.RemoteAddress}] {connection.Tls!.Description}");
            return true;
        }
        context.Log.Info($"SMTP[{connection.RemoteAddress}] the TLS handshake failed");
        return false;
    }

    /// <summary>Refuses MAIL; what a pipelining client has sent behind it is the same error, not more of them.</summary>
    private Need RefuseMail(ReadOnlySpan<byte> argument, ReadOnlySpan<byte> reply)
    {
        _ = PathReader.Read(argument, "FROM:"u8, out MailAddress? sender, out _);
        LogRefusedMail(sender, reply);
        _turnedBack = true;
        return Refuse(reply);
    }
}

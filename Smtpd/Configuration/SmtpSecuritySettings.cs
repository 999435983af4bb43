namespace Smtpd.Configuration;

/// <param name="Required">True: no mail outside TLS.</param>
/// <param name="CertificateMayFail">True: a certificate that cannot be used is named in the log and switches TLS off, as in the original.</param>
/// <param name="ClientAuthorities">PEM file of those whose client certificates are believed; null where none are asked for.</param>
internal sealed record TlsSettings(bool Required = false, bool CertificateMayFail = false, string? ClientAuthorities = null);

/// <summary>Who signs in by AUTH (RFC 4954).</summary>
internal enum SignInMode
{
    /// <summary>Nobody.</summary>
    Off,

    /// <summary>Whoever has an account and wants to.</summary>
    Optional,

    /// <summary>Everybody who sends mail.</summary>
    Required,

    /// <summary>Whoever wants to, by any name and password.</summary>
    Any,
}

/// <param name="Insecure">True: AUTH also outside TLS, where passwords can be read on the way.</param>
/// <param name="AnyInPublic">The operator's word that <see cref="SignInMode.Any"/> is meant to hold for addresses beyond this machine.</param>
/// <param name="ChannelBinding">True: SCRAM-SHA-256-PLUS inside TLS.</param>
internal sealed record SignInSettings(SignInMode Mode = SignInMode.Off, bool Insecure = false, bool AnyInPublic = false, bool ChannelBinding = false);

/// <summary>Reads the settings of TLS and AUTH.</summary>
internal static class SmtpSecurityReader
{
    public static TlsSettings Tls(OptionValues values) => new(
        values.Boolean("smtp.tls.required"),
        values.File.Dialect == Dialect.Ini,
        values.Text("smtp.tls.client.ca") is { Length: > 0 } file ? file : null);

    public static SignInSettings SignIn(OptionValues values) => new(
        values.Text("smtp.auth") switch
        {
            "off" => SignInMode.Off,
            "required" => SignInMode.Required,
            "any" => SignInMode.Any,
            _ => SignInMode.Optional,
        },
        values.Boolean("smtp.auth.insecure"),
        values.Boolean("smtp.auth.any.public"),
        values.Boolean("smtp.auth.scram.plus"));

    /// <summary>Adds an error for every combination that cannot work, or that nobody can have meant.</summary>
    public static void CheckTogether(OptionValues values, SmtpSettings settings)
    {
        bool certificate = settings.CertificateFile is not null;
        if (settings.Tls.Required && !certificate) values.Fail("smtp.tls.required", Problems.NeedsCertificate);
        if (settings.Tls.ClientAuthorities is not null && !certificate) values.Fail("smtp.tls.client.ca", Problems.NeedsCertificate);
        if (settings.SignIn.ChannelBinding && !certificate) values.Fail("smtp.auth.scram.plus", Problems.NeedsCertificate);
        if (settings.SignIn.Mode == SignInMode.Required && !certificate && !settings.SignIn.Insecure) values.Fail("smtp.auth", Problems.SignInImpossible);
        if (settings.SignIn.Mode == SignInMode.Any && !settings.SignIn.AnyInPublic
            && settings.Listen.FirstOrDefault(one => !System.Net.IPAddress.IsLoopback(one.EndPoint.Address)) is { } open)
            values.Fail("smtp.auth", Problems.AnyInPublic(open.EndPoint.ToString()));
    }
}

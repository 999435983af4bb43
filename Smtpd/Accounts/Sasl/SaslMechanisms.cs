namespace Smtpd.Accounts.Sasl;

/// <summary>What of a connection matters to mechanisms.</summary>
/// <param name="Domain">The server's name.</param>
/// <param name="EndPoint">The connection's <c>tls-server-end-point</c> (RFC 5929 §4); null outside TLS.</param>
/// <param name="ClientNames">The names of a client certificate that was verified.</param>
internal sealed record SaslConnection(string Domain, byte[]? EndPoint, IReadOnlyList<string> ClientNames);

/// <summary>Which mechanisms there are, and which of them a connection can use now.</summary>
internal static class SaslMechanisms
{
    public const string ScramPlus = "SCRAM-SHA-256-PLUS";
    public const string Scram = "SCRAM-SHA-256";
    public const string Plain = "PLAIN";
    public const string Login = "LOGIN";
    public const string CramMd5 = "CRAM-MD5";
    public const string External = "EXTERNAL";

    /// <summary>The mechanism that the argument of AUTH begins with; empty when it is none of these, for then it may be anything.</summary>
    public static string NameIn(ReadOnlySpan<byte> argument)
    {
        int blank = argument.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = blank < 0 ? argument : argument[..blank];
        foreach (string name in (ReadOnlySpan<string>)[ScramPlus, Scram, Plain, Login, CramMd5, External])
            if (System.Text.Ascii.EqualsIgnoreCase(word, name)) return name;
        return "";
    }

    /// <summary>Those that can succeed, the strongest first.</summary>
    public static IReadOnlyList<string> For(SignInService service, SaslConnection connection)
    {
        List<string> names = [];
        if (!service.TakesAny)
        {
            if (service.OffersChannelBinding && connection.EndPoint is not null) names.Add(ScramPlus);
            names.Add(Scram);
            if (connection.ClientNames.Count > 0) names.Add(External);
        }
        names.AddRange([Plain, Login]);
        if (service.HasSharedSecrets) names.Add(CramMd5);
        return names;
    }

    /// <param name="name">One of those that <see cref="For"/> gives.</param>
    public static SaslExchange Begin(string name, SignInService service, SaslConnection connection) => name switch
    {
        ScramPlus => new ScramExchange(service, connection.EndPoint, plus: true),
        Scram => new ScramExchange(service, service.OffersChannelBinding ? connection.EndPoint : null, plus: false),
        Plain => new PlainExchange(service),
        Login => new LoginExchange(service),
        CramMd5 => new CramMd5Exchange(service, connection.Domain),
        External => new ExternalExchange(service, connection.ClientNames),
        _ => throw new ArgumentException($"{name} is no mechanism.", nameof(name)),
    };
}

using Smtpd.Storage;

namespace Smtpd.Accounts.Sasl;

/// <summary>What a server does next in an exchange (RFC 4422 §3.4).</summary>
internal enum SaslOutcome
{
    /// <summary>Sends a challenge and waits for the response.</summary>
    Challenge,

    /// <summary>The client is who it says.</summary>
    Accepted,

    /// <summary>It is not.</summary>
    Refused,

    /// <summary>The response is not what the mechanism's specification says.</summary>
    Malformed,

    /// <summary>It could not be found out now.</summary>
    Busy,
}

/// <param name="Challenge">What to send, before it is encoded.</param>
/// <param name="Name">The user, when accepted.</param>
internal readonly record struct SaslStep(SaslOutcome Outcome, byte[]? Challenge = null, string? Name = null)
{
    public static SaslStep Send(byte[] challenge) => new(SaslOutcome.Challenge, challenge);

    public static SaslStep Accept(string name) => new(SaslOutcome.Accepted, Name: name);

    public static SaslStep Refuse => new(SaslOutcome.Refused);

    public static SaslStep Malformed => new(SaslOutcome.Malformed);

    public static SaslStep Busy => new(SaslOutcome.Busy);

    public static SaslStep Of(SignInResult result) => result.Outcome switch
    {
        SignInOutcome.Accepted => Accept(result.Name!),
        SignInOutcome.Refused => Refuse,
        _ => Busy,
    };
}

/// <summary>One exchange of one mechanism, over whatever protocol carries it. Responses are decoded octets. Used once.</summary>
internal abstract class SaslExchange
{
    /// <summary>What to send when the client has given no initial response.</summary>
    public virtual byte[] Prompt => [];

    /// <summary>False where the server speaks first, and an initial response is an error (RFC 4422 §3.3).</summary>
    public virtual bool TakesInitialResponse => true;

    /// <summary>Takes the client's next response.</summary>
    public abstract ValueTask<SaslStep> TakeAsync(ReadOnlyMemory<byte> response);

    /// <summary>Looks something up in the users' store; when that is in trouble the step is <see cref="SaslOutcome.Busy"/>.</summary>
    protected static async ValueTask<SaslStep> LookUpAsync(SignInService service, Func<ValueTask<SaslStep>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            return SaslStep.Of(service.InTrouble(failure));
        }
    }
}

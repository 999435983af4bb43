namespace Smtpd.Operations;

/// <summary>Why mail, or whoever brought it, was turned away.</summary>
internal enum RejectionReason
{
    /// <summary>A recipient for whom nobody may send here, or an address that is none.</summary>
    Recipient,

    /// <summary>Somebody stands on a block list.</summary>
    Blocked,

    /// <summary>Too many connections, messages, recipients or errors.</summary>
    Limited,

    /// <summary>The message looks like spam.</summary>
    Spam,

    /// <summary>The message is too long.</summary>
    Size,

    /// <summary>The message has line ends that are none.</summary>
    Malformed,

    /// <summary>Somebody must sign in, or use TLS, and has not.</summary>
    SignIn,

    /// <summary>The store could not take it.</summary>
    Store,

    Other,
}

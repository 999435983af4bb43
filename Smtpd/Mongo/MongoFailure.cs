namespace Smtpd.Mongo;

/// <summary>In what way an operation on MongoDB failed, as far as callers do different things about it.</summary>
internal enum MongoFailure
{
    /// <summary>The server said no for a reason that trying again does not change.</summary>
    Command,

    /// <summary>A connection broke, or what came over it was no answer. Whether a write was done is not known.</summary>
    Network,

    /// <summary>There was no answer in time. Whether a write was done is not known.</summary>
    Timeout,

    /// <summary>No server that may take the operation was found in time, or no connection to it could be made. Nothing was sent.</summary>
    NoServer,

    /// <summary>The server is not, or no longer, the one that takes writes.</summary>
    NotPrimary,

    /// <summary>The write was done, but for those that <see cref="MongoException.WriteErrors"/> names, and is not as safe as was asked for.</summary>
    WriteConcern,

    /// <summary>A document with the same unique key is there already, and nothing else was wrong.</summary>
    DuplicateKey,

    /// <summary>The server no longer knows the cursor, or the place from which a change stream should go on.</summary>
    CursorLost,

    /// <summary>The server does not believe who this is.</summary>
    SignIn,

    /// <summary>The server is of a version that this client cannot speak to, or lacks what the operation needs.</summary>
    Incompatible,
}

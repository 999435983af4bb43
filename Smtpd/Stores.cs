using Smtpd.Accounts;
using Smtpd.Storage;

namespace Smtpd;

/// <summary>Where everything is kept.</summary>
/// <param name="Mail">Owns all that is behind it.</param>
internal sealed record Stores(IMailStore Mail, IUserStore Users, IBlockListStore Blocks) : IAsyncDisposable
{
    /// <summary>True when other processes change users and block lists too, and when it may be away at the start.</summary>
    public bool IsShared { get; init; }

    /// <summary>Tells the feed what other processes do to the mail.</summary>
    public Action<MailFeed> Follow { get; init; } = _ => { };

    public ValueTask DisposeAsync() => Mail.DisposeAsync();
}

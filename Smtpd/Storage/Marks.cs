namespace Smtpd.Storage;

/// <summary>What a reader does to messages without changing them. Null leaves a mark as it is.</summary>
internal readonly record struct Marks(bool? Read = null, bool? Starred = null);

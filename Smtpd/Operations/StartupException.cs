namespace Smtpd.Operations;

/// <summary>Why the program cannot start, in one line that an operator can act on: it goes to standard error, and the exit code is 1.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);

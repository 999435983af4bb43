namespace Smtpd.Network;

/// <summary>The web front cannot start.</summary>
/// <param name="message">One line that names the address and the cause.</param>
internal sealed class WebFrontException(string message, Exception? cause = null) : Exception(message, cause);

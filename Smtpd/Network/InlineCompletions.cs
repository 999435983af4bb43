using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Smtpd.Network;

/// <summary>
/// Lets the operations of one socket complete on the thread that polls it, without a trip through the thread pool. That
/// halves the processor time of a short mail, and obliges the code behind it never to block. The runtime offers the choice
/// only for the whole process, where it would also run web and database code on those threads; the property behind it is
/// per socket. A test fails when a runtime no longer has the member.
/// </summary>
internal static class InlineCompletions
{
    public const string SocketThreadName = ".NET Sockets";

    /// <summary>Read once by the runtime when the first asynchronous socket operation starts.</summary>
    private const string ThreadCountVariable = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Asks for as many socket threads as there are processors unless the operator chose a number. Call before the first socket.</summary>
    public static void ChooseThreadCount()
    {
        if (Environment.GetEnvironmentVariable(ThreadCountVariable) is null)
            Environment.SetEnvironmentVariable(ThreadCountVariable, Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public static void Enable(Socket socket) => SetPreferInlineCompletions(socket.SafeHandle, true);

    /// <summary>True on a thread that polls sockets, where nothing may block.</summary>
    public static bool IsSocketThread => Thread.CurrentThread.Name == SocketThreadName;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void SetPreferInlineCompletions(SafeSocketHandle handle, bool value);
}

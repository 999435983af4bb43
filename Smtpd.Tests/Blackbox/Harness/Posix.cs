using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Smtpd.Tests.Blackbox.Harness;

internal enum Signal { Hangup = 1, Interrupt = 2, Kill = 9, Terminate = 15, Continue = 18, Stop = 19 }

/// <summary>The few things that are asked of the system directly.</summary>
internal static partial class Posix
{
    private const int FirstPort = 12_000;
    private const int LastPort = 32_000;

    /// <summary>Counts the ports; where it begins differs from process to process.</summary>
    private static int _ports = Random.Shared.Next();

    /// <summary>Sends a signal to one process.</summary>
    public static void Send(int pid, Signal signal)
    {
        if (kill(pid, (int)signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill {pid}");
    }

    /// <summary>
    /// A port that nobody listened on a moment ago, and that this process gives out once. It is none of those that the kernel chooses for
    /// outgoing connections (from 32768 on): of those another connection may take one before it is listened on.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            int port = FirstPort + (int)((uint)Interlocked.Increment(ref _ports) % (LastPort - FirstPort));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }
    }

    /// <summary>A figure of <c>/proc/PID/status</c> in octets, such as <c>VmHWM</c>.</summary>
    public static long Memory(int pid, string figure)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(figure + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int pid, int signal);
}

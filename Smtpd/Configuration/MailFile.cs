using System.Runtime.InteropServices;

namespace Smtpd.Configuration;

/// <summary>Where the SQLite file lies when <c>datastore.path</c> does not say it.</summary>
internal static partial class MailFile
{
    public const string InStateFolder = "/var/lib/smtpd/mail.db";
    public const string InWorkingFolder = "./smtpd.db";

    private const int MayWriteAndEnter = 2 | 1;

    /// <summary>The state folder's file when this process may write there, else one in the working folder.</summary>
    public static string Default(string inStateFolder = InStateFolder)
    {
        string folder = Path.GetDirectoryName(inStateFolder)!;
        return Directory.Exists(folder) && Access(folder, MayWriteAndEnter) == 0 ? inStateFolder : InWorkingFolder;
    }

    // The runtime has no question "may I write here?" that leaves no file behind.
    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}

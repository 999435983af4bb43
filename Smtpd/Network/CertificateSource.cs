using Smtpd.Operations;

namespace Smtpd.Network;

/// <summary>
/// The certificate in force. Loads it again when it is told to, and when its files have changed; a new one that cannot be used
/// is named in the log, and the old one stays.
/// </summary>
internal sealed class CertificateSource : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly string? _clientAuthorities;
    private readonly TimeProvider _clock;
    private readonly Log _log;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private volatile TlsCertificate? _current;
    private string _seen;

    /// <param name="mayFail">True: without a usable certificate there is no TLS for now, as in the original. False: that is an error.</param>
    /// <exception cref="ListenException">The certificate cannot be used.</exception>
    public CertificateSource(string certificateFile, string keyFile, string? clientAuthorities, bool mayFail, TimeProvider clock, Log log)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _clientAuthorities = clientAuthorities;
        _clock = clock;
        _log = log;
        _seen = Look();
        try
        {
            _current = Load();
        }
        catch (ListenException failure) when (mayFail)
        {
            log.Error($"{failure.Message}; there is no TLS until it can");
        }
        _timer = clock.CreateTimer(static source => ((CertificateSource)source!).ReloadIfChanged(), this, LookInterval, LookInterval);
    }

    /// <summary>Null while there is none that can be used.</summary>
    public TlsCertificate? Current => _current;

    public void Reload()
    {
        lock (_lock)
        {
            _seen = Look();
            try
            {
                _current = Load();
                _log.Info($"smtp: the certificate {_certificateFile} was loaded");
            }
            catch (ListenException failure)
            {
                _log.Error($"{failure.Message}; {(_current is null ? "there is no TLS until it can" : "the one before stays in force")}");
            }
        }
    }

    private void ReloadIfChanged()
    {
        lock (_lock)
        {
            if (Look() != _seen) Reload();
        }
    }

    private TlsCertificate Load()
    {
        TlsCertificate certificate = TlsCertificate.Load(_certificateFile, _keyFile, _clientAuthorities);
        if (certificate.NotAfter < _clock.GetLocalNow().DateTime) _log.Warn($"smtp: the certificate {_certificateFile} has expired; clients that check it will not send");
        return certificate;
    }

    /// <summary>What tells one state of the files from another. Programs that renew certificates often change only a link.</summary>
    private string Look() => string.Join('|', new[] { _certificateFile, _keyFile, _clientAuthorities }.Select(Look));

    private static string Look(string? file)
    {
        if (file is null) return "";
        try
        {
            FileSystemInfo target = File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);
            return target.Exists ? $"{target.FullName} {target.LastWriteTimeUtc.Ticks} {((FileInfo)target).Length}" : "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    public void Dispose() => _timer.Dispose();
}

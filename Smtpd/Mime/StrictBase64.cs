using System.Buffers;
using System.Buffers.Text;

namespace Smtpd.Mime;

/// <summary>
/// Decodes base64 that a program made just now (RFC 4648 §4), in pieces of any size: unlike what comes by mail it must be whole.
/// White space is passed over.
/// </summary>
internal sealed class StrictBase64
{
    private const int Quantum = 4;

    private readonly byte[] _held = new byte[Quantum];
    private int _count;

    /// <summary>Decodes on. False when it is no base64.</summary>
    public bool Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        foreach (byte octet in text)
        {
            if (octet is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') continue;
            // Padding may stand in the last quantum, so a quantum is decoded when the next one begins.
            if (_count == Quantum && !Decode(isLast: false, output)) return false;
            _held[_count++] = octet;
        }
        return true;
    }

    /// <summary>Decodes the rest. False when it ends in the middle.</summary>
    public bool Complete(IBufferWriter<byte> output) => _count == 0 || (_count == Quantum && Decode(isLast: true, output));

    private bool Decode(bool isLast, IBufferWriter<byte> output)
    {
        OperationStatus status = Base64.DecodeFromUtf8(_held, output.GetSpan(Quantum), out _, out int written, isLast);
        if (status != OperationStatus.Done) return false;
        output.Advance(written);
        _count = 0;
        return true;
    }
}

namespace Smtpd.Mime;

/// <summary>The fields of one header that say something of its body, as they stand there. Of repeated ones the first counts.</summary>
internal ref struct ContentValues
{
    public ReadOnlySpan<byte> Disposition { get; private set; }

    public ReadOnlySpan<byte> Encoding { get; private set; }

    public ReadOnlySpan<byte> Id { get; private set; }

    public ReadOnlySpan<byte> Type { get; private set; }

    /// <param name="header">Octets up to the empty line, which may be missing.</param>
    public static ContentValues Find(ReadOnlySpan<byte> header)
    {
        var values = new ContentValues();
        while (HeaderReader.TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)) values.Take(KnownFields.Find(name), value);
        return values;
    }

    /// <summary>Keeps the value if it is of one of these fields and the first that is not empty.</summary>
    public void Take(KnownField field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case KnownField.ContentType when Type.IsEmpty:
                Type = value;
                break;
            case KnownField.ContentTransferEncoding when Encoding.IsEmpty:
                Encoding = value;
                break;
            case KnownField.ContentDisposition when Disposition.IsEmpty:
                Disposition = value;
                break;
            case KnownField.ContentId when Id.IsEmpty:
                Id = value;
                break;
        }
    }
}

using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>The place of a block in a source; it never reaches across two stored pieces.</summary>
internal readonly record struct SourceBlock(long Number)
{
    /// <summary>What somebody who reads slowly holds of a source. A piece has several; small enough not to be the garbage collector's large one.</summary>
    public const int Octets = 64 * 1024;

    private const int InPiece = SqliteWriter.PieceOctets / Octets;

    /// <summary>The piece in which it lies.</summary>
    public long Piece => Number / InPiece;

    /// <summary>Octets of the piece in front of it.</summary>
    public int Offset => (int)(Number % InPiece) * Octets;

    /// <summary>The key of a piece in the table <c>source</c>.</summary>
    public static long KeyOf(long source, long piece) => (source << 16) | piece;

    /// <summary>Reads it out of the store, the rest of the piece is left where it is. Null when the piece is gone.</summary>
    public byte[]? Read(SqliteConnection connection, long source)
    {
        try
        {
            using var piece = new SqliteBlob(connection, "source", "data", KeyOf(source, Piece), readOnly: true);
            byte[] block = new byte[Math.Clamp(piece.Length - Offset, 0, Octets)];
            piece.Position = Offset;
            piece.ReadExactly(block);
            return block;
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR)
        {
            // The only way in which a row that is not there is told.
            return null;
        }
    }
}

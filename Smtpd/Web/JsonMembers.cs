using System.Text.Json;

namespace Smtpd.Web;

/// <summary>
/// Looks for members that are given twice. Readers differ in which of them counts (RFC 8259 §4), so a proxy may let pass what is then
/// understood in another way; here none of them does.
/// </summary>
internal static class JsonMembers
{
    /// <summary>How deep the texts of requests go, and further.</summary>
    private const int MaxDepth = 64;

    /// <param name="text">JSON in UTF-8.</param>
    /// <returns>True when one object has two members of one name. Names have no case here, as for those who read them.</returns>
    /// <exception cref="JsonException">It is not JSON, or too deep.</exception>
    public static bool HasTwice(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        var open = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new HashSet<string>(StringComparer.OrdinalIgnoreCase));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    if (!open.Peek().Add(NameOf(ref reader))) return true;
                    break;
            }
        }
        return false;
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            // Half a surrogate pair in an escape: JSON by its grammar, and yet no text.
            throw new JsonException("a name is no text", failure);
        }
    }
}

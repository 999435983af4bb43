namespace Smtpd.Storage.Search;

/// <summary>One term of a query as it was written.</summary>
/// <param name="Operator">In lower case; empty for free words.</param>
/// <param name="Name">What stands in front of <c>=</c> in a value of <c>header:</c>; empty for all others.</param>
/// <param name="Value">Without its quotes.</param>
internal readonly record struct SearchToken(bool IsNegated, string Operator, string Name, string Value, bool IsQuoted)
{
    /// <summary>As one would write it, for messages about it.</summary>
    public override string ToString() => (Operator.Length > 0 ? Operator + ":" : "") + (Name.Length > 0 ? Name + "=" : "") + (IsQuoted ? $"\"{Value}\"" : Value);
}

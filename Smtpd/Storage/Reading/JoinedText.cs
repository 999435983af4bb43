using System.Text;

namespace Smtpd.Storage.Reading;

/// <summary>Texts one below the other. The only one, as nearly always, is not copied.</summary>
internal sealed class JoinedText(string first = "")
{
    private string _first = first;
    private StringBuilder? _all;

    public void Add(string text)
    {
        if (_all is null && _first.Length == 0)
        {
            _first = text;
            return;
        }
        _all ??= new StringBuilder(_first);
        if (_all[^1] != '\n') _all.Append('\n');
        _all.Append(text);
    }

    public override string ToString() => _all?.ToString() ?? _first;
}

using AngleSharp;
using AngleSharp.Browser;
using AngleSharp.Browser.Dom;
using AngleSharp.Dom;
using AngleSharp.Dom.Events;

namespace Smtpd.Web.Html.Tree;

/// <summary>What AngleSharp's parser is told of the browser that it works for: there is none, only somebody who makes nodes.</summary>
internal sealed class ParserSurroundings(MailTreeFactory factory) : IBrowsingContext
{
    public IWindow? Current => null;

    public IDocument? Active { get; set; }

    public IHistory? SessionHistory => null;

    public Sandboxes Security => Sandboxes.Scripts;

    public IBrowsingContext? Parent => null;

    public IDocument? Creator => null;

    public IEnumerable<object> OriginalServices => [factory];

    public T? GetService<T>() where T : class => factory as T;

    public IEnumerable<T> GetServices<T>() where T : class => factory is T service ? [service] : [];

    public IBrowsingContext CreateChild(string? name, Sandboxes security) => throw new NotSupportedException("A mail opens no windows.");

    public IBrowsingContext? FindChild(string name) => null;

    public void AddEventListener(string type, DomEventHandler? callback = null, bool capture = false) { }

    public void RemoveEventListener(string type, DomEventHandler? callback = null, bool capture = false) { }

    public void InvokeEventListener(Event ev) { }

    public bool Dispatch(Event ev) => false;

    public void Dispose() { }
}

using AngleSharp.Dom;
using AngleSharp.Html.Construction;

namespace Smtpd.Web.Html.Tree;

/// <summary>A script that is never run.</summary>
internal sealed class MailScript(TreeBudget budget) : MailElement("script", ElementFlags.Of("script"), budget), IConstructableScriptElement
{
    public bool Prepare(IConstructableDocument document) => false;

    public Task RunAsync(CancellationToken cancel) => Task.CompletedTask;
}

/// <summary>The parser looks for it by its interface, for what belongs to a form.</summary>
internal sealed class MailForm(TreeBudget budget) : MailElement("form", ElementFlags.Of("form"), budget), IConstructableFormElement;

/// <summary>Its content stays among its children; it is never shown.</summary>
/// <remarks>
/// Where a cell or a row begins in a template, the parser closes elements up to the row, the table or a template of its own classes; it
/// does not know this one, closes it, and goes on until nothing is open. Such a tree ends there.
/// </remarks>
internal sealed class MailTemplate(TreeBudget budget) : MailElement("template", ElementFlags.Of("template"), budget), IConstructableTemplateElement
{
    public override void SetupElement() => Budget.Left = this;

    /// <summary>The parser calls it when it has closed a template on purpose.</summary>
    public void PopulateFragment() => Budget.Left = null;
}

/// <summary>A document type declaration: it has its place in the tree and nothing else.</summary>
internal sealed class MailDoctype(TreeBudget budget) : MailNode("#doctype", NodeFlags.None, budget);

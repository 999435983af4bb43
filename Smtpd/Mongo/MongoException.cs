using System.Globalization;
using System.Text;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Topology;

namespace Smtpd.Mongo;

/// <summary>What went wrong with MongoDB: what was being done, where, and what the server said. Never holds a secret.</summary>
internal sealed class MongoException : Exception
{
    /// <summary>Given to writes that may be sent again under the same number.</summary>
    public const string RetryableWriteLabel = "RetryableWriteError";

    /// <summary>Given to errors after which a change stream can go on from where it was.</summary>
    public const string ResumableLabel = "ResumableChangeStreamError";

    /// <summary>Says of a retry that it did nothing, so that the first error is the one to report.</summary>
    public const string NoWritesLabel = "NoWritesPerformed";

    /// <summary>Letters of a server's text that are shown.</summary>
    private const int MostLetters = 1000;

    public MongoException(MongoFailure failure, string doing, string text, MongoHost? server = null, Exception? inner = null)
        : base(Sentence(doing, server, text, 0, null), inner)
    {
        Failure = failure;
        Doing = doing;
        Server = server;
        Text = text;
    }

    private MongoException(MongoFailure failure, string doing, string text, MongoHost server, int code, string? codeName)
        : base(Sentence(doing, server, text, code, codeName))
    {
        Failure = failure;
        Doing = doing;
        Server = server;
        Text = text;
        Code = code;
        CodeName = codeName;
    }

    public MongoFailure Failure { get; }

    /// <summary>What was being done: <c>insert into mail.messages</c>.</summary>
    public string Doing { get; }

    /// <summary>Null where no server was reached.</summary>
    public MongoHost? Server { get; }

    /// <summary>What went wrong, without what was being done and where.</summary>
    public string Text { get; }

    /// <summary>The server's number for the error; 0 where it gave none.</summary>
    public int Code { get; }

    /// <summary>The server's name for the error.</summary>
    public string? CodeName { get; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The writes of a batch that were not done. Those that are not named here were, if the batch was not ordered; else those before the first.</summary>
    public IReadOnlyList<WriteError> WriteErrors { get; init; } = [];

    /// <summary>The server's whole reply; empty where there was none.</summary>
    public BsonDocument Reply { get; init; }

    /// <summary>True when nobody can say whether a write was done.</summary>
    public bool IsUncertain => Failure is MongoFailure.Network or MongoFailure.Timeout;

    /// <summary>True when the cluster could not be reached or had nobody to take it: a thing that passes, not a fault of what was asked.</summary>
    public bool IsOutage => Failure is MongoFailure.Network or MongoFailure.Timeout or MongoFailure.NoServer or MongoFailure.NotPrimary or MongoFailure.WriteConcern;

    public bool HasLabel(string label) => Labels.Contains(label);

    /// <summary>From a reply that says <c>ok: 0</c>.</summary>
    public static MongoException FromReply(BsonDocument reply, string doing, MongoHost server)
    {
        int code = ServerCodes.Of(reply);
        string? name = reply["codeName"u8].AsString();
        return new MongoException(KindOf(code), doing, reply["errmsg"u8].AsString() ?? "the server gives no reason", server, code, name) { Labels = LabelsIn(reply), Reply = reply };
    }

    /// <summary>From a reply whose <c>writeConcernError</c> says that a write is not as safe as was asked for.</summary>
    public static MongoException FromWriteConcern(BsonDocument reply, string doing, MongoHost server)
    {
        BsonDocument error = reply["writeConcernError"u8].AsDocument();
        string text = error["errmsg"u8].AsString() ?? "the write is not as safe as was asked for";
        string? name = error["codeName"u8].AsString();
        return new MongoException(MongoFailure.WriteConcern, doing, text, server, error["code"u8].AsInt32(), name) { Labels = LabelsIn(reply), Reply = reply };
    }

    /// <summary>From the writes of a batch that were not done, of which there is one at least.</summary>
    public static MongoException FromWrites(IReadOnlyList<WriteError> errors, BsonDocument reply, string doing, MongoHost server)
    {
        MongoFailure failure = errors.All(error => error.IsDuplicateKey) ? MongoFailure.DuplicateKey : MongoFailure.Command;
        WriteError first = errors[0];
        string text = errors.Count == 1 ? first.Text : string.Create(CultureInfo.InvariantCulture, $"{errors.Count} writes failed, the first (number {first.Index}) because of: {first.Text}");
        return new MongoException(failure, doing, text, server, first.Code, null) { WriteErrors = errors, Labels = LabelsIn(reply), Reply = reply };
    }

    /// <summary>The same error with one label more.</summary>
    public MongoException WithLabel(string label) => HasLabel(label) ? this : new(this, [.. Labels, label], WriteErrors);

    /// <summary>The same error, of a batch in which these writes were not done.</summary>
    public MongoException WithErrors(IReadOnlyList<WriteError> errors) => errors.Count == 0 ? this : new(this, Labels, errors);

    private MongoException(MongoException other, IReadOnlyList<string> labels, IReadOnlyList<WriteError> errors)
        : base(other.Message, other.InnerException)
    {
        Failure = other.Failure;
        Doing = other.Doing;
        Server = other.Server;
        Text = other.Text;
        Code = other.Code;
        CodeName = other.CodeName;
        Reply = other.Reply;
        Labels = labels;
        WriteErrors = errors;
    }

    private static MongoFailure KindOf(int code) =>
        ServerCodes.IsStateChange(code) ? MongoFailure.NotPrimary : code switch
        {
            MongoCodes.DuplicateKey or MongoCodes.DuplicateKeyOnUpdate or MongoCodes.DuplicateKeyLegacy => MongoFailure.DuplicateKey,
            MongoCodes.MaxTimeExpired or MongoCodes.ExceededTimeLimit or MongoCodes.NetworkTimeout => MongoFailure.Timeout,
            MongoCodes.HostUnreachable or MongoCodes.HostNotFound or MongoCodes.SocketException => MongoFailure.Network,
            MongoCodes.CursorNotFound or MongoCodes.ChangeStreamFatal or MongoCodes.ChangeStreamHistoryLost => MongoFailure.CursorLost,
            MongoCodes.AuthenticationFailed => MongoFailure.SignIn,
            _ => MongoFailure.Command,
        };

    private static List<string> LabelsIn(BsonDocument reply)
    {
        List<string> labels = [];
        foreach (BsonElement label in reply["errorLabels"u8].AsDocument())
            if (label.AsString() is { } text) labels.Add(text);
        return labels;
    }

    private static string Sentence(string doing, MongoHost? server, string text, int code, string? codeName)
    {
        var sentence = new StringBuilder(doing);
        if (server is { } host) sentence.Append(" on ").Append(host);
        sentence.Append(": ").Append(text.AsSpan(0, Math.Min(text.Length, MostLetters)));
        if (code != 0) sentence.Append(CultureInfo.InvariantCulture, $" ({(codeName is null ? "" : codeName + ", ")}code {code})");
        return sentence.ToString();
    }
}

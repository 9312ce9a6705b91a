using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeProxy.Acme;

/// <summary>A problem document: the CA's own account of what went wrong (RFC 8555 §6.7, RFC 9457).</summary>
public sealed record AcmeProblem
{
    private const string Untyped = "about:blank";

    /// <summary>The kind of problem, usually one of <see cref="AcmeErrorType"/>.</summary>
    [AllowNull]
    public string Type { get; init => field = value ?? Untyped; } = Untyped;

    /// <summary>The kind of problem in words.</summary>
    public string? Title { get; init; }

    /// <summary>This very problem in words.</summary>
    public string? Detail { get; init; }

    /// <summary>The HTTP status that came with it, if the document says so.</summary>
    public int? Status { get; init; }

    /// <summary>A page about this problem; for userActionRequired the one to visit (RFC 8555 §7.3.3).</summary>
    public string? Instance { get; init; }

    /// <summary>The name the problem is about, in a sub-problem.</summary>
    public AcmeIdentifier? Identifier { get; init; }

    /// <summary>One problem a name, where one request failed for several reasons (RFC 8555 §6.7.1).</summary>
    [AllowNull]
    public IReadOnlyList<AcmeProblem> Subproblems { get; init => field = [.. value?.OfType<AcmeProblem>() ?? []]; } = [];

    /// <summary>One sentence with everything the CA said, fit for a log line.</summary>
    public override string ToString() => ProblemText.Describe(this);

    /// <summary>Reads a problem document; null when it is none, that is, when it says nothing about a problem.</summary>
    internal static AcmeProblem? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            var problem = JsonSerializer.Deserialize(json, ProblemJson.Default.AcmeProblem);
            return problem is { Detail: null, Title: null, Type: Untyped } ? null : problem;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AcmeProblem))]
internal sealed partial class ProblemJson : JsonSerializerContext;

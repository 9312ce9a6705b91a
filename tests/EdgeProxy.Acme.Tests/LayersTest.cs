using System.Reflection;

namespace EdgeProxy.Acme.Tests;

/// <summary>
/// Keeps the layers of the library apart: <c>Flow</c> may use <c>Verbs</c>, both may use <c>Transport</c>; the other way is forbidden.
/// </summary>
public sealed class LayersTest : IDisposable
{
    /// <summary>From the lowest to the highest.</summary>
    private static readonly string[] Layers = ["Transport", "Verbs", "Flow"];

    private static readonly Assembly Library = typeof(AcmeClient).Assembly;

    private readonly SourceFolders _folders = new(Library);

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void EveryTypeIsInOneLayer() =>
        AssertNone(OwnTypes().Where(type => HeightOf(type) < 0).Select(type => $"{type.Name} is in no layer"));

    [Fact]
    public void NoTypeRefersToOneOfAHigherLayer() => AssertNone(
        from type in OwnTypes()
        from used in TypeReferences.Of(type).Select(TypeReferences.Outermost).Where(IsOwn).Distinct()
        where HeightOf(used) > HeightOf(type)
        select $"{type.Name} ({Layers[HeightOf(type)]}) refers to {used.Name} ({Layers[HeightOf(used)]})");

    [Theory]
    [InlineData(typeof(Jws), "Transport")]
    [InlineData(typeof(AcmeErrorType), "Transport")]
    [InlineData(typeof(AcmeProblem), "Transport")]
    [InlineData(typeof(AcmeStatus), "Verbs")]
    [InlineData(typeof(AcmeClient), "Verbs")]
    [InlineData(typeof(AcmeJson), "Verbs")]
    [InlineData(typeof(IChallengeSolver), "Flow")]
    [InlineData(typeof(Dns01), "Flow")]
    internal void TheTestKnowsTheLayerOfAType(Type type, string layer) => Assert.Equal(layer, Layers[HeightOf(type)]);

    /// <summary>One row for each place where a reference can stand.</summary>
    [Theory]
    [InlineData(typeof(AcmeClient), typeof(AcmeTransport))] // a field
    [InlineData(typeof(AcmeOrder), typeof(IPolled))] // an interface
    [InlineData(typeof(Polling), typeof(IPolled))] // a constraint
    [InlineData(typeof(AcmeStatus), typeof(AcmeStatusConverter))] // an attribute
    [InlineData(typeof(SigningRequestFactory), typeof(AcmeIdentifier))] // a generic argument in a signature
    [InlineData(typeof(NetworkFailure), typeof(ProblemText))] // a call of a static method
    [InlineData(typeof(AcmeNetworkUser), typeof(AcmeNetwork))] // the same in a lambda
    [InlineData(typeof(CertificateOrder), typeof(Polling))] // an object made in an asynchronous method
    [InlineData(typeof(CertificateChain), typeof(AcmeException))] // an object thrown
    internal void TheTestSeesAReference(Type type, Type used) =>
        Assert.Contains(used, TypeReferences.Of(type).Select(TypeReferences.Outermost));

    private static void AssertNone(IEnumerable<string> wrong)
    {
        var all = string.Join(Environment.NewLine, wrong);
        Assert.True(all.Length == 0, all);
    }

    private static IEnumerable<Type> OwnTypes() => Library.GetTypes().Where(type => !type.IsNested && IsOwn(type));

    /// <summary>Whether it is written by hand: what source generators and the compiler add is in other namespaces.</summary>
    private static bool IsOwn(Type type) => type.Assembly == Library && type.Namespace == typeof(AcmeClient).Namespace;

    private int HeightOf(Type type) => _folders.Of(type) is [var folder] ? Array.IndexOf(Layers, folder) : -1;

    private static class AcmeNetworkUser
    {
        public static Func<HttpMessageInvoker> Create => () => AcmeNetwork.Create();
    }
}

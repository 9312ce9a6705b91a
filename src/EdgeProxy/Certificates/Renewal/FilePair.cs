using System.Diagnostics.CodeAnalysis;
using EdgeProxy.Certificates.Stored;
using EdgeProxy.Certificates.Tls;
using EdgeProxy.Configuration.Model;
using EdgeProxy.Storage;

namespace EdgeProxy.Certificates.Renewal;

/// <summary>What two PEM files held at one moment. Equal when they held the same.</summary>
/// <param name="Chain">The text of the certificate file.</param>
/// <param name="Key">The text of the key file. A secret.</param>
/// <param name="Problem">Why they could not be read; null when they could.</param>
internal sealed record FilePair(string Chain, string Key, string? Problem)
{
    private const long LargestFile = 1024 * 1024;

    public static FilePair Read(CertificateSource.File source)
    {
        try
        {
            return new FilePair(ReadText(source.Path), ReadText(source.KeyPath), null);
        }
        catch (Exception exception) when (DataDirectoryException.IsCause(exception))
        {
            return new FilePair("", "", exception.Message);
        }
    }

    public bool TryParse(CertificateSource.File source, [NotNullWhen(true)] out ServingCertificate? certificate, out string problem)
    {
        certificate = null;
        if (Problem is not null)
            problem = Problem;
        else if (PemPairParser.TryParse(Chain, Key, out certificate, out var fault))
            problem = "";
        else
            problem = $"The pair {source.Path} and {source.KeyPath} {fault}.";
        return certificate is not null;
    }

    public override string ToString() => $"pair of {Chain.Length} and {Key.Length} characters";

    private static string ReadText(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
            throw new IOException($"{path} is larger than 1 MB, which no PEM file of a certificate or key is.");
        return File.ReadAllText(path);
    }
}

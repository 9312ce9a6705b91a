using System.Security.Cryptography;

namespace EdgeProxy.Acme;

/// <summary>Reads a private key whose kind is not known beforehand.</summary>
public static class PrivateKeyPem
{
    /// <summary>The ECDSA or RSA key of a PEM text; null when it holds no such private key, or only an encrypted one.</summary>
    public static AsymmetricAlgorithm? TryParse(string pem) => TryImport(ECDsa.Create(), pem) ?? TryImport(RSA.Create(), pem);

    /// <exception cref="CryptographicException">There is none; the text is not quoted.</exception>
    internal static AsymmetricAlgorithm Parse(string pem) =>
        TryParse(pem) ?? throw new CryptographicException("The PEM text holds no unencrypted ECDSA or RSA private key.");

    /// <summary><paramref name="key"/> with the private key of the text; disposed and null when the text holds none of its kind.</summary>
    internal static AsymmetricAlgorithm? TryImport(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            // A public key imports as well; only a private one exports.
            CryptographicOperations.ZeroMemory(key.ExportPkcs8PrivateKey());
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }
}

using System.Security.Cryptography;
using EdgeProxy.Configuration.Model;

namespace EdgeProxy.Certificates.Issuing;

/// <summary>A CA that certificates are obtained from, as long as it is not disposed of.</summary>
internal interface ICertificateIssuer : IDisposable
{
    /// <summary>Tells CAs apart: a certificate on disk that another one issued is replaced. Known without I/O.</summary>
    string Authority { get; }

    CertificateKeyType KeyType { get; }

    /// <summary>Waits until the name may order. What is returned is disposed of when its order is over.</summary>
    /// <param name="name">Host name, wildcard or IP address.</param>
    /// <param name="hasFailed">Whether its last attempts failed: then it waits behind other such names only, and holds up no other.</param>
    Task<IDisposable> TakeTurnAsync(string name, bool hasFailed, CancellationToken cancellationToken);

    /// <summary>Obtains a certificate for a name whose turn it is. It MUST throw <see cref="IssuanceException"/> for everything that can
    /// be foreseen, MUST end by itself and soon after cancellation, and SHOULD go on with a pending order instead of placing
    /// another.</summary>
    /// <returns>The chain in PEM, leaf first, byte for byte as the CA sent it.</returns>
    Task<byte[]> IssueAsync(Issuance issuance, CancellationToken cancellationToken);
}

/// <summary>One certificate to be obtained.</summary>
/// <param name="Name">Host name, wildcard or IP address.</param>
/// <param name="PendingOrder">An order of an earlier attempt with the same key.</param>
/// <param name="OrderPlaced">Called with a new order's address before anything else is done with it.</param>
/// <param name="Random">For this issuance alone.</param>
internal sealed record Issuance(string Name, AsymmetricAlgorithm Key, Uri? PendingOrder, Func<Uri, Task> OrderPlaced, Random Random);

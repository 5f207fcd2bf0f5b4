package import Files
import Resolver
package import StageKit

extension StageServices {
    /// Threads for hashes of large bodies and for signing, shared by all who sign or verify.
    ///
    /// Two: signing is rare beside verifying, and a large body is hashed in pieces that take turns.
    package func signatureThreads() throws -> BlockingThreads {
        try shared(named: "signatures") { BlockingThreads(count: 2, name: "sluice-dkim") }
    }

    /// The verifier with the site's resolver, shared by all who check signatures, and with it the keys it knows.
    package func signatureVerifier() throws -> DKIMVerifier {
        let resolver = try resolver()
        let threads = try signatureThreads()
        return try shared(named: resolverName) { DKIMVerifier(keys: KeyStore(resolver: resolver), threads: threads) }
    }
}

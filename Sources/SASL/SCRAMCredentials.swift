import Crypto

/// What a server keeps of a password, from which it cannot be read (RFC 5802, section 3; RFC 7677).
package struct SCRAMCredentials: Sendable, Equatable {
    /// The salt.
    package let salt: [UInt8]
    /// How often the hash was applied.
    package let iterations: Int
    /// The hash of the client's key.
    package let storedKey: [UInt8]
    /// The key of the server's signature.
    package let serverKey: [UInt8]

    /// The least that RFC 7677, section 4, allows.
    package static let leastIterations = 4_096

    /// These credentials, as they were stored.
    package init(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// The credentials of a password; it takes as long as the iterations do.
    package init(password: String, salt: [UInt8], iterations: Int = leastIterations) {
        let salted = Self.salted(password, salt, iterations)
        self.init(
            salt: salt, iterations: iterations, storedKey: Self.hash(Self.hmac(Array("Client Key".utf8), salted)),
            serverKey: Self.hmac(Array("Server Key".utf8), salted))
    }

    /// `Hi` of RFC 5802, section 2.2.
    static func salted(_ password: String, _ salt: [UInt8], _ iterations: Int) -> [UInt8] {
        let key = Array(password.utf8)
        var block = hmac(salt + [0, 0, 0, 1], key)
        var sum = block
        for _ in 1..<max(iterations, 1) {
            block = hmac(block, key)
            for index in sum.indices { sum[index] ^= block[index] }
        }
        return sum
    }

    static func hmac(_ octets: [UInt8], _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: octets, using: SymmetricKey(data: key)))
    }

    static func hash(_ octets: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: octets)) }
}

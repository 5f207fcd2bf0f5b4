/// The server's side of one exchange about who a client is: responses in, challenges or the result out.
package struct SASLExchange: Sendable {
    /// What comes next.
    package enum Outcome: Sendable, Equatable {
        /// Send these octets and wait for a response.
        case challenge([UInt8])
        /// The client is this user.
        case success(user: String)
        /// The client is nobody we know.
        case failure
    }

    private enum State: Sendable {
        case plain
        case loginUser
        case loginPassword(user: String)
        case scramFirst
        case scramFinal(SCRAMExchange)
        /// The server has shown that it knows the user, too; the client says nothing more.
        case scramDone(user: String)
        case over
    }

    private let authenticator: any Authenticator
    private var state: State
    private let nonce: String

    /// What a name or password may have at most, in octets (RFC 4616, section 2).
    package static let longestText = 255

    /// An exchange that has not begun.
    ///
    /// The nonce is text that nobody can guess, without commas, for SCRAM.
    package init(_ mechanism: SASLMechanism, authenticator: any Authenticator, nonce: String) {
        self.authenticator = authenticator
        self.nonce = nonce
        state =
            switch mechanism {
            case .plain: .plain
            case .login: .loginUser
            case .scramSHA256: .scramFirst
            }
    }

    /// What a mechanism says first, where the client has sent nothing with its name.
    package var firstChallenge: [UInt8] {
        if case .loginUser = state { return Array("Username:".utf8) }
        return []
    }

    /// Takes a response.
    ///
    /// - Throws: What the authenticator throws.
    package mutating func respond(_ response: [UInt8]) async throws -> Outcome {
        let current = state
        state = .over
        switch current {
        case .plain: return try await plain(response)
        case .loginUser:
            guard let user = Self.text(response) else { return .failure }
            state = .loginPassword(user: user)
            return .challenge(Array("Password:".utf8))
        case .loginPassword(let user):
            guard let password = Self.text(response) else { return .failure }
            return try await check(user, password)
        case .scramFirst: return try await beginSCRAM(response)
        case .scramFinal(let exchange):
            guard let signature = exchange.verify(response) else { return .failure }
            state = .scramDone(user: exchange.user)
            return .challenge(signature)
        case .scramDone(let user): return response.isEmpty ? .success(user: user) : .failure
        case .over: return .failure
        }
    }

    /// Nobody may act for another here, so the first part is empty or the user's own name.
    private func plain(_ response: [UInt8]) async throws -> Outcome {
        let parts = response.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let user = Self.text(parts[1]), let password = Self.text(parts[2]),
            parts[0].isEmpty || parts[0] == parts[1]
        else { return .failure }
        return try await check(user, password)
    }

    private func check(_ user: String, _ password: String) async throws -> Outcome {
        try await authenticator.accepts(password: password, of: user) ? .success(user: user) : .failure
    }

    private mutating func beginSCRAM(_ response: [UInt8]) async throws -> Outcome {
        guard let first = SCRAMExchange.ClientFirst(response) else { return .failure }
        guard let credentials = try await authenticator.credentials(of: first.user) else { return .failure }
        let exchange = SCRAMExchange(first, credentials, serverNonce: nonce)
        state = .scramFinal(exchange)
        return .challenge(Array(exchange.serverFirst.utf8))
    }

    private static func text(_ octets: some Collection<UInt8>) -> String? {
        guard (1...longestText).contains(octets.count), !octets.contains(0) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }
}

/// Knows who may send mail and how they show who they are; a submission pipeline brings one.
package protocol Authenticator: Sendable {
    /// Whether the password is the user's.
    ///
    /// - Throws: Any error; the client is told to try again later.
    func accepts(password: String, of user: String) async throws -> Bool

    /// What the server keeps of a user's password for SCRAM-SHA-256; `nil` if there is no such user.
    ///
    /// - Throws: Any error; the client is told to try again later.
    func credentials(of user: String) async throws -> SCRAMCredentials?
}

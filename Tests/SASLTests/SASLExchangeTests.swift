import SASL
import SMTP
import Testing

@Suite struct SASLExchangeTests {
    /// Knows one user, whose credentials are those of the example in RFC 7677, section 3.
    struct OneUser: Authenticator {
        func accepts(password: String, of user: String) async throws -> Bool { user == "user" && password == "pencil" }

        func credentials(of user: String) async throws -> SCRAMCredentials? {
            guard user == "user", let salt = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==".utf8) else { return nil }
            return SCRAMCredentials(password: "pencil", salt: salt, iterations: 4_096)
        }
    }

    private func exchange(_ mechanism: SASLMechanism) -> SASLExchange {
        SASLExchange(mechanism, authenticator: OneUser(), nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
    }

    private static let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private static let final =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

    @Test func `SCRAM goes as in the standard's example`() async throws {
        var exchange = exchange(.scramSHA256)
        #expect(
            try await exchange.respond(Array(Self.first.utf8))
                == .challenge(
                    Array(
                        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8)))
        #expect(
            try await exchange.respond(Array(Self.final.utf8))
                == .challenge(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)))
        #expect(try await exchange.respond([]) == .success(user: "user"))
        #expect(try await exchange.respond([]) == .failure)
    }

    @Test(arguments: [
        ("c=biws", "c=eSws"), ("hNlF$k0", "hNlF$k1"), ("p=dHzb", "p=dHzc"), ("VQ=", "VQ"), (",p=", ",q="),
        ("c=biws,", ""),
    ])
    func `a SCRAM proof with anything changed is refused`(old: String, new: String) async throws {
        var exchange = exchange(.scramSHA256)
        _ = try await exchange.respond(Array(Self.first.utf8))
        #expect(try await exchange.respond(Array(Self.final.replacing(old, with: new).utf8)) == .failure)
    }

    @Test(arguments: [
        "", "n,,", "p=tls-unique,,n=user,r=x", "n,,n=user,r=", "n,,m=x,n=user,r=y", "n,a=other,n=user,r=y",
        "n,,n=us=er,r=y", "n,,n=nobody,r=y", "n,,n=,r=y",
    ])
    func `a SCRAM beginning that is not well-formed, or asks for more, is refused`(text: String) async throws {
        var exchange = exchange(.scramSHA256)
        #expect(try await exchange.respond(Array(text.utf8)) == .failure)
    }

    @Test(arguments: [
        ("\0user\0pencil", true), ("user\0user\0pencil", true), ("other\0user\0pencil", false), ("\0user\0pen", false),
        ("\0user\0", false), ("user\0pencil", false), ("\0user\0pencil\0", false), ("", false), ("\0\0pencil", false),
    ])
    func `PLAIN takes a user and its password`(text: String, isRight: Bool) async throws {
        var exchange = exchange(.plain)
        #expect(try await exchange.respond(Array(text.utf8)) == (isRight ? .success(user: "user") : .failure))
    }

    @Test func `LOGIN asks for the one, then for the other`() async throws {
        var exchange = exchange(.login)
        #expect(exchange.firstChallenge == Array("Username:".utf8))
        #expect(try await exchange.respond(Array("user".utf8)) == .challenge(Array("Password:".utf8)))
        #expect(try await exchange.respond(Array("pencil".utf8)) == .success(user: "user"))
    }
}

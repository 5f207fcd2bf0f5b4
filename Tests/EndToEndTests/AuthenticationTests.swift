import Bytes
import DKIM
import DemoDNS
import Files
import Foundation
import Resolver
import Testing

extension EndToEndTests {
    /// Who sent it: the default pipeline, signed mail and forged mail.
    @Suite struct AuthenticationTests {
        /// The Ed25519 key of RFC 8463, appendix A.1.
        private static let key = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
            -----END PRIVATE KEY-----
            """

        private static let forged = "Authentication-Results: mx.example.org; dmarc=pass header.from=bank.example"

        /// `pipelines/inbound.yaml` as it is, but for its port and its tests.
        private func files() throws -> SiteFiles {
            let text = try String(contentsOfFile: Places.root + "/pipelines/inbound.yaml", encoding: .utf8)
            let address = "127.0.0.1:2525"
            try #require(text.contains(address) && text.contains("\ntests:"))
            var files = SiteFiles()
            files.pipeline =
                text.components(separatedBy: "\ntests:")[0].replacingOccurrences(
                    of: address, with: "127.0.0.1:PORT") + "\n"
            return files
        }

        /// A server whose DNS knows two domains that ask for refusal of what they have not sent.
        private func withServer(
            mailStep: String = "check-spf", _ body: (Sluice) async throws -> Void
        ) async throws {
            var zone = DNSZone()
            for domain in ["signed.example", "bank.example"] {
                zone.add(.text("v=spf1 ip4:192.0.2.1 -all"), at: domain)
                zone.add(.text("v=DMARC1; p=reject"), at: "_dmarc.\(domain)")
            }
            zone.add(.text("v=spf1 ip4:127.0.0.0/8 -all"), at: "sender.example")
            zone.add(.text("v=spf1 -all exp=why.%{d}"), at: "strict.example")
            zone.add(.text("%{i} is not ours; see https://strict.example/why"), at: "why.strict.example")
            zone.add(.text(try SigningKey(pem: Self.key).record), at: "s1._domainkey.signed.example")
            let server = try LoopbackDNSServer(zone: zone)
            defer { server.stop() }
            var files = try files()
            files.pipeline = files.pipeline?.replacingOccurrences(of: "- check-spf ", with: "- \(mailStep) ")
            files.resolver = server.port
            try await withSluice(files, body)
        }

        private func mail(from domain: String, subject: String) -> [UInt8] {
            Wire.mail(
                [
                    Self.forged, "From: Ann <ann@\(domain)>", "To: user@example.org", "Subject: \(subject)",
                    "Date: Mon, 2 Feb 2026 10:00:00 +0000", "Message-ID: <\(subject)@\(domain)>",
                ], "Hello.")
        }

        private func signed(_ mail: [UInt8]) async throws -> [UInt8] {
            let signer = DKIMSigner(
                domain: "signed.example", selector: "s1", key: try SigningKey(pem: Self.key),
                threads: BlockingThreads(count: 1))
            let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
            return Array(try await signer.field(for: Octets(mail), below: [], at: now).utf8) + mail
        }

        /// What the server keeps with a mail: our trace fields and what the stages found out.
        private func kept(_ number: Int, _ sluice: Sluice) async throws -> [String] {
            let text = try await sluice.command("mail", "show", "user@example.org", "\(number)").text
            return text.split(separator: "\n").map { $0.drop { $0 == " " } }.map(String.init)
        }

        @Test func `signed mail is stored with one field of all results, and without the forged one`() async throws {
            try await withServer { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = try await signed(mail(from: "signed.example", subject: "genuine"))
                #expect(try await client.send(mail, from: "list@sender.example", to: ["user@example.org"]).code == 250)
                let number = try #require(try await sluice.search("genuine", finds: 1).first).id
                let lines = try await kept(number, sluice)
                let start = try #require(lines.firstIndex(of: "Authentication-Results: mx.example.org;"))
                let field = lines[(start + 1)...].prefix { !$0.hasPrefix("Received:") }
                let words = field.map { String($0.prefix { $0 != " " && $0 != ";" }) }
                let results = words.filter { !$0.hasPrefix("header.") && !$0.hasPrefix("smtp.") }
                #expect(results == ["spf=pass", "dkim=pass", "arc=none", "dmarc=pass"])
                #expect(field.contains { $0.contains("header.d=signed.example") })
                #expect(lines.filter { $0.hasPrefix("Authentication-Results:") }.count == 1)
                let content = String(decoding: try await sluice.raw(number), as: UTF8.self)
                #expect(!content.contains("Authentication-Results") && content.contains("DKIM-Signature"))
                #expect(sluice.log.contains("forged Authentication-Results removed"))
            }
        }

        @Test func `what a domain asks to refuse is refused, and the operator reads why`() async throws {
            try await withServer { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let forged = mail(from: "bank.example", subject: "forgery")
                let reply = try await client.send(forged, from: "a@sender.example", to: ["user@example.org"])
                #expect(reply.codes == "550 5.7.26" && !reply.last.contains("bank"))
                var changed = try await signed(mail(from: "signed.example", subject: "changed"))
                changed.insert(contentsOf: Array("PS: send money\r\n".utf8), at: changed.count)
                #expect(try await client.send(changed, to: ["user@example.org"]).codes == "550 5.7.26")
                #expect(try await sluice.queue().inbound.received == 0)
                let lines = sluice.log.split(separator: "\n").filter { $0.contains("message fails DMARC") }
                #expect(lines.count == 2 && lines.allSatisfy { $0.contains("p=reject") && $0.contains("arc=none") })
                #expect(lines.last?.contains("body was changed") == true, "\(lines)")
                #expect(lines.first?.contains("smtp.mailfrom=a@sender.example") == true, "\(lines)")
            }
        }

        @Test func `a sender whom SPF refuses reads the words of the domain, and so does the operator`() async throws {
            try await withServer(mailStep: "check-spf: { reject: [fail] }") { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let reply = try await client.command("MAIL FROM:<a@strict.example>")
                #expect(
                    reply.lines == [
                        "550-5.7.23 SPF check failed for the sender's domain:",
                        "550-5.7.23 The domain strict.example explains:",
                        "550 5.7.23 127.0.0.1 is not ours; see https://strict.example/why",
                    ])
                #expect(try await client.command("MAIL FROM:<a@strict.example>") == reply)
                let lines = sluice.log.split(separator: "\n").filter { $0.contains("message refused") }
                #expect(lines.count == 2 && lines.allSatisfy { $0.contains("see https://strict.example/why") })
                let metrics = try await EventStream.get("/metrics", port: sluice.controlPort)
                #expect(metrics.contains("sluice_dns_queries_total{outcome=\"records\"} 2\n"), "\(metrics)")
                #expect(metrics.contains("sluice_dns_queries_total{outcome=\"temporary-failure\"} 0\n"), "\(metrics)")
                // The second time it is the outcome that is remembered, so that nothing is asked at all.
                #expect(metrics.contains("sluice_dns_cache_hits_total 0\n"), "\(metrics)")
            }
        }

        @Test(arguments: [
            "ann@ba\0nk.example", "\"ann@bank.example\"", "<ann@bank.example@sender.example>",
            "<@bank.example:a@sender.example>",
        ])
        func `an author who hides from the check is refused in other words`(_ from: String) async throws {
            try await withServer { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = Wire.mail(["From: \(from)", "To: user@example.org", "Subject: hidden"], "Hello.")
                #expect(
                    try await client.send(mail, from: "a@sender.example", to: ["user@example.org"]).codes == "550 5.6.0"
                )
                #expect(try await sluice.queue().inbound.received == 0)
                let lines = sluice.log.split(separator: "\n").filter { $0.contains("message has no clear author") }
                #expect(lines.count == 1 && lines[0].contains("dmarc=permerror"), "\(lines)")
            }
        }
    }
}

import Bytes
import ParseMIMEStage
import StageKit
import StageTesting
import Testing

struct ParseMIMETests {
    private func facts(of text: String) async throws -> Facts {
        var settings = Settings(recording: ())
        let stage = ParseMIME(
            configuration: NoConfiguration(from: &settings),
            services: Samples.services(Samples.site(dataDirectory: "/nowhere")))
        var message = Samples.message(text: text)
        #expect(try stage.process(&message, in: Samples.context()) == .proceed)
        return message.facts
    }

    @Test func `no fact looks like the result of a check, which is what a name with .report says`() {
        // Authentication-Results and ARC seals copy every such fact as text of RFC 8601.
        #expect(ParseMIME.manifest.provides.filter { $0.name.hasSuffix(".report") }.isEmpty)
    }

    @Test func `the facts say what the message is made of`() async throws {
        let facts = try await facts(
            of: """
                From: =?utf-8?Q?J=C3=BCrgen?= <jb@example.com>, other@example.com\r
                Subject: =?utf-8?B?R3LDvMOfZQ==?= again\r
                MIME-Version: 1.0\r
                Content-Type: multipart/mixed; boundary=b\r
                \r
                --b\r
                Content-Type: text/plain\r
                \r
                hello\r
                --b\r
                Content-Type: application/pdf\r
                Content-Disposition: attachment; filename=a.pdf\r
                Content-Transfer-Encoding: base64\r
                \r
                AAAA\r
                --b--\r

                """)
        #expect(facts[MIMEFacts.parts] == 3)
        #expect(facts[MIMEFacts.attachments] == 1)
        #expect(facts[HeaderFacts.subject] == "Grüße again")
        #expect(facts[HeaderFacts.from]?.contains("jb@example.com") == true)
        #expect(facts[MIMEFacts.defects] == [])
        #expect(facts[MIMEFacts.names] == ["a.pdf"])
        #expect(facts[MIMEFacts.types] == ["application/pdf", "multipart/mixed", "text/plain"])
        #expect(facts[HeaderFacts.fromName] == "Jürgen")
        #expect(facts[HeaderFacts.authors] == ["jb@example.com", "other@example.com"])
    }

    @Test func `the facts say what is signed, and what came through a list`() async throws {
        let facts = try await facts(
            of: """
                From: a@example.com\r
                List-Id: Some list <some.example.com>\r
                Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r
                \r
                --b\r
                \r
                begin 644 run.exe\r
                #86)C\r
                `\r
                end\r
                --b\r
                Content-Type: application/pgp-signature\r
                \r
                x\r
                --b--\r

                """)
        #expect(facts[MIMEFacts.isSigned] == true)
        #expect(facts[MIMEFacts.isEncrypted] == false)
        #expect(facts[MIMEFacts.attachments] == 1)
        #expect(facts[MIMEFacts.names] == ["run.exe"])
        #expect(facts[HeaderFacts.listID] == "some.example.com")
    }

    @Test func `all facts are there, whatever the message is`() async throws {
        for hostile in HostileMessages.all {
            let facts = try await facts(of: String(decoding: hostile.content, as: UTF8.self))
            for declaration in ParseMIME.manifest.provides {
                #expect(facts[declaration.name]?.type == declaration.type, "\(hostile.name): \(declaration.name)")
            }
        }
    }

    @Test func `defects are named, each once and in order`() async throws {
        let facts = try await facts(of: "Subject: x\r\nno colon\r\nno colon either\r\n\r\nbody\nbare\n")
        let defects = try #require(facts[MIMEFacts.defects])
        #expect(!defects.isEmpty && defects == Set(defects).sorted())
    }
}

import Bytes
import MIME
import Testing

struct ContainerTests {
    /// A TNEF attribute: level, tag, length, data, checksum.
    private func attribute(_ tag: UInt32, _ data: [UInt8]) -> [UInt8] {
        [2] + little(tag) + little(UInt32(data.count)) + data + [0, 0]
    }

    private func little(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    private var container: [UInt8] {
        let units = Array("긴이름.txt".utf16) + [0]
        let name: [UInt8] = units.flatMap { unit in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let padding = [UInt8](repeating: 0, count: (4 - name.count % 4) % 4)
        let type: [UInt8] = [0x1F, 0x00, 0x07, 0x37]
        let property: [UInt8] = little(1) + type + little(1) + little(UInt32(name.count)) + name + padding
        return little(0x223E_9F78) + [1, 0] + attribute(0x0006_9002, [])
            + attribute(0x0001_8010, Array("SHORT.TXT\0".utf8)) + attribute(0x0006_800F, Array("hello".utf8))
            + attribute(0x0006_9005, property)
    }

    private func message(_ content: [UInt8]) -> ParsedMessage {
        var writer = MessageWriter()
        writer.text = "see winmail.dat"
        writer.attachments = [.init(filename: "winmail.dat", type: "application/ms-tnef", content: content)]
        return ParsedMessage(parsing: Octets(writer.message()))
    }

    @Test func `files in a TNEF container are files of the message`() {
        let message = message(container)
        #expect(message.files.map(\.name) == ["긴이름.txt"])
        #expect(message.files.map { $0.decoded() } == [Array("hello".utf8)])
        #expect(message.files.map(\.origin) == [.tnef])
        #expect(message.filenames == ["winmail.dat", "긴이름.txt"])
        #expect(message.kinds == [.tnef])
    }

    @Test func `a damaged container is a file of its own, or gives what comes before the damage`() {
        for end in 0..<container.count {
            let files = message(Array(container[..<end])).files
            #expect(files.count == 1)
        }
        #expect(message(Array("no container".utf8)).files.map(\.name) == ["winmail.dat"])
    }

    @Test func `a uuencoded file is a file, and not text`() {
        let message = parsed("Subject: x\n\nbefore\nbegin 644 a.txt\n#86)C\n`\nend\nafter\n")
        #expect(message.files.map(\.name) == ["a.txt"])
        #expect(message.files.map { $0.decoded() } == [Array("abc".utf8)])
        #expect(message.text == "before\n\nafter\n" || message.text == "before\nafter\n")
        #expect(parsed("X: y\n\nbegin 644 nothing\n").files.isEmpty)
    }

    @Test func `signed and encrypted parts say what they are`() {
        let signed = parsed(
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\n\n"
                + "--b\n\nhi\n--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nx\n--b--\n")
        #expect(
            signed.root.protection
                == .signed(protocol: "application/pgp-signature", digest: "pgp-sha256", content: 1, signature: 2))
        #expect(signed.attachments.isEmpty)
        let smime = parsed("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx")
        #expect(smime.root.protection == .smime(type: "enveloped-data"))
        let armor = parsed("X: y\n\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhi\n")
        #expect(armor.root.protection == .armor("SIGNED MESSAGE"))
    }

    @Test func `list fields give addresses, and groups their names`() {
        let message = parsed(
            "List-Id: The \"list\" <list.example.org>\nList-Unsubscribe: (mail) <mailto:off@example.org>,\n"
                + " <https://example.org/off>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
                + "To: Team: a@b.c, d@e.f;, g@h.i\n\n")
        #expect(message.mailingList?.id == "list.example.org")
        #expect(message.mailingList?.unsubscribe == ["mailto:off@example.org", "https://example.org/off"])
        #expect(message.mailingList?.unsubscribesWithOneClick == true)
        #expect(message.header["to"]?.addressGroups.map(\.name) == ["Team", nil])
        #expect(message.header["to"]?.addressGroups.map(\.mailboxes.count) == [2, 1])
    }

    @Test func `content ids, fragments and external bodies are found`() {
        let message = parsed(
            "Content-Type: multipart/related; start=\"<r@x>\"; boundary=b\n\n--b\nContent-ID: <p@x>\n\n1\n--b\n"
                + "Content-ID: <r@x>\n\n2\n--b\nContent-Type: message/partial; id=i; number=2; total=3\n\n3\n--b\n"
                + "Content-Type: message/external-body; access-type=URL; url=\"http://x/\"\n\n\n--b--\n")
        #expect(message.root.relatedRoot?.index == 2)
        #expect(message.part(forURL: "cid:p%40x")?.index == 1)
        #expect(message.parts[3].fragment?.number == 2)
        #expect(message.parts[3].fragment?.total == 3)
        #expect(message.parts[4].externalBody?.accessType == "url")
        #expect(message.kinds.isSuperset(of: [.fragment, .externalBody]))
    }

    @Test func `a disposition notification says what became of the message at its reader's`() throws {
        let message = parsed(
            "Message-ID: <n@x>\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
                + "--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\n"
                + "Final-Recipient: rfc822; r@x\nOriginal-Message-ID: <o@x>\n"
                + "Disposition: manual-action/MDN-sent-manually;\n displayed\n\n--b\nContent-ID: <c@x>\n"
                + "Content-Type: text/rfc822-headers\n\nSubject: hi\n\n--b--\n")
        let report = try #require(message.report)
        #expect(report.kind == "disposition-notification")
        #expect(report.value("original-message-id", inBlock: 0) == "<o@x>")
        #expect(report.value("disposition", inBlock: 0) == "manual-action/MDN-sent-manually; displayed")
        #expect(report.original?.index == 3)
        #expect(message.part(forURL: "mid:n@x/c@x")?.index == 3)
        #expect(message.part(forURL: "mid:n@x")?.index == 0)
        #expect(message.part(forURL: "mid:other@x/c@x") == nil)
    }

    @Test func `what decodes to more than the limit is kept unread`() {
        let inner = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
        let text = String(repeating: inner, count: 4) + "Subject: x\n\n" + String(repeating: "y", count: 10_000)
        #expect(parsed(text).kinds.contains(.tooMuchEncoded))
        var limits = ParsingLimits.standard
        limits.expansion = 4
        #expect(!parsed(text, limits: limits).kinds.contains(.tooMuchEncoded))
    }
}

import AttachmentStore
import Bytes
import Files
import Testing

@Suite struct RealMailTests {
    @Test(.enabled(if: Suites.hasMail, "needs the shared mail collection (SLUICE_SUITES)"))
    func `every mail of the collection comes back byte for byte`() async throws {
        let directory = try TemporaryDirectory()
        let store = AttachmentStore(directory: directory.path + "/attachments", fileSystem: LocalFileSystem())
        try store.prepare()
        let mails = try Suites.mails()
        #expect(mails.count == 6_046)
        var (decoded, verbatim) = (0, 0)
        for start in stride(from: 0, to: mails.count, by: 64) {
            let batch = mails[start..<min(start + 64, mails.count)].map { mail in
                (octets: mail, attachments: base64Bodies(in: mail))
            }
            for (message, result) in zip(batch, try await store.store(batch)) {
                let form = try result.get().form
                let read = try StoredForm(decoding: form.encoded)
                #expect(try await store.restore(read) == message.octets)
                for case .reference(let reference) in form.pieces {
                    if reference.recipe == .verbatim { verbatim += 1 } else { decoded += 1 }
                }
            }
        }
        #expect(decoded + verbatim > 150)
        #expect(decoded > 9 * verbatim, "\(decoded) base64 bodies were kept decoded, \(verbatim) as they were")
    }

    @Test(arguments: Fixtures.mails)
    func `the project's own mails come back byte for byte`(mail: String) async throws {
        let store = AttachmentStore(directory: "/attachments", fileSystem: ManualDisk())
        try store.prepare()
        let octets = octets(mail)
        let bodies = base64Bodies(in: octets)
        let (form, digests) = try await store.store(octets, attachments: bodies)
        #expect(digests.count == bodies.count)
        #expect(!bodies.isEmpty)
        #expect(try await store.restore(form) == octets)
    }

    /// Finds what follows a base64 header field up to the next line that begins with `--`: crude, and good enough to
    /// meet bodies of all kinds, broken ones too.
    private func base64Bodies(in mail: Octets) -> [AttachmentRange] {
        let octets = mail.array
        var (ranges, offset, bodyStart, isMarked): ([AttachmentRange], Int, Int?, Bool) = ([], 0, nil, false)
        func close(at end: Int) {
            if let start = bodyStart { ranges.append(.init(body: start..<end, encoding: .base64)) }
            (bodyStart, isMarked) = (nil, false)
        }
        while offset < octets.count {
            let end = octets[offset...].firstIndex(of: 10).map { $0 + 1 } ?? octets.count
            let line = String(decoding: octets[offset..<end], as: UTF8.self).lowercased()
            let isBlank = line.allSatisfy(\.isWhitespace)
            if line.hasPrefix("--") { close(at: offset) }
            if bodyStart == nil, line.hasPrefix("content-transfer-encoding:"), line.contains("base64") {
                isMarked = true
            }
            if bodyStart == nil, isMarked, isBlank { bodyStart = end }
            offset = end
        }
        close(at: octets.count)
        return ranges
    }
}

import AttachmentStore
import Bytes
import Files
import Testing

@Suite struct AttachmentStoreTests {
    let disk = ManualDisk()
    let store: AttachmentStore

    init() throws {
        store = AttachmentStore(directory: "/attachments", fileSystem: disk)
        try store.prepare()
    }

    @Test func `a base64 body is kept decoded and comes back byte for byte`() async throws {
        let content = Array("an attachment of some length, so that its base64 takes more than one line of a mail".utf8)
        let (octets, range) = message(body: base64(content) + Array("\r\n\r\n".utf8))
        let (form, digests) = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)])
        #expect(digests.count == 1)
        #expect(try await store.content(digests[0]).array == content)
        #expect(try await store.restore(form) == octets)
        #expect(form.size == octets.count)
    }

    @Test func `the name of a content is its SHA-256`() async throws {
        let (octets, range) = message(body: Array("abc".utf8))
        let (_, digests) = try await store.store(octets, attachments: [.init(body: range, encoding: .identity)])
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(digests.map(\.description) == [name])
        #expect(disk.files == ["/attachments/b/a/" + name])
        #expect(Digest(name) == digests[0])
    }

    @Test func `the same content is stored once, however it is encoded and by whomever`() async throws {
        let content = Array("the same holiday picture".utf8)
        let (first, firstRange) = message(body: base64(content, line: 4))
        let (second, secondRange) = message(head: "Subject: another\n\n", body: base64(content, line: 8, end: "\n"))
        let (third, thirdRange) = message(body: content)
        let results = try await store.store([
            (first, [.init(body: firstRange, encoding: .base64)]),
            (second, [.init(body: secondRange, encoding: .base64)]),
            (third, [.init(body: thirdRange, encoding: .identity)]),
        ])
        let stored = try results.map { try $0.get() }
        #expect(Set(stored.flatMap(\.digests)).count == 1)
        #expect(try await store.statistics() == AttachmentStatistics(contents: 1, octets: content.count))
        #expect(try await store.restore(stored[0].form) == first)
        #expect(try await store.restore(stored[1].form) == second)
        #expect(try await store.restore(stored[2].form) == third)
    }

    @Test(arguments: [
        "QUJD\r\nREVG\nR0hJ", "QUJDRA", "QUI=\r\nQUJD", "QUJ", "QUJD!", "=", "QR==", "QUJD\r\n\r\nREVG", "QUJD ",
        "not base64 at all", "QUJDREVG\r\nR0hJ\r\nSktM", "QUJD\r\nREVGR0hJ", "====", "QUJD====", "\r\n", "",
    ])
    func `base64 that cannot be made again is kept as it is`(body: String) async throws {
        let (octets, range) = message(body: Array(body.utf8))
        let (form, _) = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)])
        #expect(try await store.restore(form) == octets)
        #expect(try await store.restore(StoredForm(decoding: form.encoded)) == octets)
    }

    @Test func `several attachments keep their places`() async throws {
        let octets = octets("one QUJD two REVG three raw four")
        let (form, digests) = try await store.store(
            octets,
            attachments: [
                .init(body: 4..<8, encoding: .base64), .init(body: 13..<17, encoding: .base64),
                .init(body: 24..<27, encoding: .identity),
            ])
        #expect(digests.count == 3)
        #expect(try await store.content(digests[1]).array == Array("DEF".utf8))
        #expect(try await store.restore(form) == octets)
    }

    @Test(arguments: [[4..<8, 6..<9], [9..<12, 0..<2], [0..<99]])
    func `ranges that overlap or lie outside are refused, and the other messages are stored`(
        ranges: [Range<Int>]
    ) async throws {
        let attachments = ranges.map { AttachmentRange(body: $0, encoding: .identity) }
        let message = octets("a message of some octets")
        let results = try await store.store([(message, attachments), (message, [])])
        #expect(throws: AttachmentStoreError.self) { try results[0].get() }
        #expect(try await store.restore(results[1].get().form) == message)
    }

    @Test func `a damaged content is noticed`() async throws {
        let (octets, range) = message(body: Array("precious".utf8))
        let (form, digests) = try await store.store(octets, attachments: [.init(body: range, encoding: .identity)])
        let file = try #require(try disk.open(disk.files[0], .read) as? MemoryFile)
        file.damage(at: 3)
        await #expect(throws: AttachmentStoreError.self) { try await store.restore(form) }
        try disk.remove(disk.files[0])
        await #expect(throws: AttachmentStoreError.missing(digests[0])) { try await store.restore(form) }
    }
}

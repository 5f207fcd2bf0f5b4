import AttachmentStore
import Bytes
import Testing

@Suite struct RecipeTests {
    let store: AttachmentStore

    init() throws {
        store = AttachmentStore(directory: "/attachments", fileSystem: ManualDisk())
        try store.prepare()
    }

    @Test(arguments: 0..<40)
    func `any content in lines of any length is kept decoded`(seed: Int) async throws {
        var generator = RepeatableGenerator(state: UInt64(seed))
        for _ in 0..<25 {
            let content = generator.octets(Int.random(in: 1...600, using: &generator))
            let line = Int.random(in: 1...100, using: &generator)
            let end = Bool.random(using: &generator) ? "\r\n" : "\n"
            let blanks = String(repeating: end, count: Int.random(in: 0...3, using: &generator))
            let (octets, range) = message(body: base64(content, line: line, end: end) + Array(blanks.utf8))
            let (form, digests) = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)])
            #expect(try await store.restore(form) == octets)
            #expect(try await store.content(digests[0]).array == content, "line \(line), \(content.count) octets")
            #expect(try StoredForm(decoding: form.encoded) == form)
        }
    }

    @Test(arguments: 0..<40)
    func `base64 with any damage comes back byte for byte`(seed: Int) async throws {
        var generator = RepeatableGenerator(state: UInt64(1_000 + seed))
        for _ in 0..<25 {
            let content = generator.octets(Int.random(in: 1...400, using: &generator))
            var body = base64(content, line: Int.random(in: 1...80, using: &generator))
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let offset = Int.random(in: 0..<body.count, using: &generator)
                let octet = Array("\r\n= \t-A/!\u{0}".utf8).randomElement(using: &generator) ?? 0
                switch Int.random(in: 0...2, using: &generator) {
                case 0: body[offset] = octet
                case 1: body.insert(octet, at: offset)
                default: if body.count > 1 { body.remove(at: offset) }
                }
            }
            let (octets, range) = message(body: body)
            let form = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)]).form
            #expect(try await store.restore(StoredForm(decoding: form.encoded)) == octets)
        }
    }

    @Test func `a form knows its size`() async throws {
        for count in 0..<40 {
            for line in [1, 3, 4, 7, 76] {
                let encoded = base64(Array(repeating: 7, count: count), line: line)
                #expect(Base64Lines(length: line, end: .crlf).encodedSize(of: count) == encoded.count)
            }
        }
    }

    @Test func `a form with any octet changed, cut or added is refused`() async throws {
        let (octets, range) = message(body: base64(Array("some content".utf8)))
        let form = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)]).form.encoded
        for offset in form.indices {
            var damaged = form
            damaged[offset] ^= 0x10
            #expect(throws: AttachmentStoreError.self) { try StoredForm(decoding: damaged) }
            #expect(throws: AttachmentStoreError.self) { try StoredForm(decoding: Array(form[..<offset])) }
        }
        #expect(throws: AttachmentStoreError.self) { try StoredForm(decoding: form + [0]) }
    }

    @Test(
        arguments: [
            [0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 5, 1], [3], [1, 1, 2],
            [2] + Array(repeating: 0, count: 32) + [3, 4, 9],
            [1] + Array(repeating: 0, count: 32) + [0x81, 0x80, 0x80, 0x80, 0x08],
            [0, 0x80, 0x80, 0x80, 0x80, 0x80, 0],
        ] as [[UInt8]])
    func `a form whose checksum is right but whose pieces are not is refused`(pieces: [UInt8]) {
        let octets = [1] + pieces
        let checksum = octets.withUnsafeBytes { CRC32C.checksum(of: $0) }
        let form = octets + withUnsafeBytes(of: checksum.littleEndian, Array.init)
        #expect(throws: AttachmentStoreError.self) { try StoredForm(decoding: form) }
    }

    @Test func `the octets of a form never change`() throws {
        let digest = try #require(Digest(String(repeating: "ab", count: 32)))
        let form = StoredForm(pieces: [
            .literal(Array("Hi".utf8)), .reference(.init(digest: digest, contentSize: 300, recipe: .verbatim)),
            .reference(
                .init(digest: digest, contentSize: 3, recipe: .base64(Base64Lines(length: 76, end: .crlf)))),
            .reference(.init(digest: digest, contentSize: 3, recipe: .base64(.unbroken))),
        ])
        let name = [UInt8](repeating: 0xAB, count: 32)
        let pieces =
            [0, 2, 0x48, 0x69] + [1] + name + [0xAC, 0x02] + [2] + name + [3, 76, 2] + [2] + name + [3, 0, 2]
        #expect(form.encoded.dropLast(4) == [1] + pieces)
        #expect(try StoredForm(decoding: form.encoded) == form)
    }
}

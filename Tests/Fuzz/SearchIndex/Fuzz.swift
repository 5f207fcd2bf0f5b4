import Bytes
import Files
import Glibc
import SearchIndex

/// What the runs of libFuzzer read: `query`, `segment` or `manifest`, by the environment.
private let kind = getenv("SLUICE_FUZZ").map { String(cString: $0) } ?? "query"

/// One run of libFuzzer: a query, or what damage is done to a segment or a manifest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIndex(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        switch kind {
        case "segment": try Damage.segment(octets[...])
        case "manifest": try Damage.manifest(octets[...])
        default: query(String(decoding: octets, as: UTF8.self))
        }
    } catch is IndexError {
        // Damage that was noticed is what is wanted.
    } catch {
        preconditionFailure("\(error)")
    }
    return 0
}

/// A text that is no query is refused with a place inside of it; one that is can be searched for and shown.
private func query(_ text: String) {
    do throws(QueryError) {
        let query = try Query(parsing: text, now: Timestamp(seconds: 1_767_225_600))
        _ = Snippet.make(text: text, query: query, length: 80)
    } catch {
        precondition(error.position <= text.count && !error.expected.isEmpty)
    }
}

/// An index of two users on the real disk, whose files are changed as the input says.
private enum Damage {
    static let directory = "/tmp/sluice-fuzz-index"
    private static let disk = LocalFileSystem()

    /// The files as they were written, made once.
    private static let sound: [String: [UInt8]] = {
        do {
            for name in try files() { try disk.remove(directory + "/" + name) }
            let (index, _) = try InvertedIndex.open(
                directory: directory, fileSystem: disk, options: IndexOptions(levelZeroSize: 8 << 20, hashKey: 1))
            for number in UInt32(1)...150 {
                try index.add([mail(1, number, "mine w\(number) common"), mail(2, number, "theirs w\(number) common")])
            }
            try index.remove(user: 1, numbers: [3])
            try index.close()
            return try Dictionary(uniqueKeysWithValues: files().map { ($0, try read($0)) })
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// Changes octets of the segment: each four octets of input are a place (3) and what is flipped there (1).
    static func segment(_ input: ArraySlice<UInt8>) throws {
        try open(with: "0000000001.segment", damaged(by: input, "0000000001.segment"))
    }

    /// Changes octets of the manifest in the same way; what is left of the input stands behind it.
    static func manifest(_ input: ArraySlice<UInt8>) throws {
        try open(with: "MANIFEST", damaged(by: input.prefix(8), "MANIFEST") + input.dropFirst(8))
    }

    private static func damaged(by input: ArraySlice<UInt8>, _ name: String) -> [UInt8] {
        var bytes = sound[name] ?? []
        var rest = Array(input)
        while rest.count >= 4, !bytes.isEmpty {
            let place = (Int(rest[0]) << 16 | Int(rest[1]) << 8 | Int(rest[2])) % bytes.count
            bytes[place] ^= rest[3]
            rest.removeFirst(4)
        }
        return bytes
    }

    /// Whatever is found must be the asking user's, and right.
    private static func open(with name: String, _ bytes: [UInt8]) throws {
        for (other, sound) in sound { try write(other, other == name ? bytes : sound) }
        let (index, _) = try InvertedIndex.open(
            directory: directory, fileSystem: disk, options: IndexOptions(levelZeroSize: 8 << 20, hashKey: 1))
        for text in ["theirs ", "\"theirs w7\"", "thei", "-common"] {
            let query = try Query(parsing: text, now: Timestamp(seconds: 0))
            let found = try index.search(user: 1, query: query, limit: 10).numbers
            precondition(found.isEmpty, "a foreign mail was found")
        }
        let query = try Query(parsing: "w77 ", now: Timestamp(seconds: 0))
        let found = try index.search(user: 1, query: query, limit: 10).numbers
        precondition(found == [77] || found == [], "a wrong mail was found")
        _ = try index.fingerprints(user: 2)
        try index.close()
    }

    private static func mail(_ user: UInt32, _ number: UInt32, _ body: String) -> IndexedMail {
        IndexedMail(
            user: user, number: number, sequence: UInt64(number), date: Timestamp(seconds: Int64(number)), size: 100,
            subject: "subject \(number)", body: body, from: ["Anna <anna@example.com>"])
    }

    private static func files() throws -> [String] {
        try disk.createDirectory(directory)
        return try disk.list(directory).filter { $0 != "set-aside" }
    }

    private static func read(_ name: String) throws -> [UInt8] {
        let file = try disk.open(directory + "/" + name, .read)
        defer { file.close() }
        return try file.read(0..<file.size())
    }

    private static func write(_ name: String, _ bytes: [UInt8]) throws {
        // A new file in the old one's place: the last run may still have that mapped.
        let file = try disk.open(directory + "/new", .updateOrCreate)
        defer { file.close() }
        try file.truncate(to: 0)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try disk.rename(directory + "/new", to: directory + "/" + name)
    }
}

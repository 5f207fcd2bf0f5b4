import Foundation
import Glibc

/// A private directory; its path is short, since sockets lie in it.
struct Workspace: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/slc-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Mishap("no directory in /tmp: \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a file in it.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ octets: [UInt8], to name: String) throws -> String {
        try Data(octets).write(to: URL(filePath: self(name)))
        return self(name)
    }

    /// Makes a directory and gives its path.
    func makeDirectory(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
        return self(name)
    }

    /// The octets of a file; empty if there is none.
    static func octets(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map(Array.init) ?? []
    }

    /// The text of a file; empty if there is none.
    static func text(_ path: String) -> String {
        String(decoding: octets(path), as: UTF8.self)
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            FileHandle.standardError.write(Data("\(path) stays: \(error)\n".utf8))
        }
    }
}

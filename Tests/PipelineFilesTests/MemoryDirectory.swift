import PipelineFiles

/// A directory of files in memory.
struct MemoryDirectory: Sendable {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// What a file is.
    enum Content: Sendable {
        case bytes([UInt8])
        /// A file that everybody may read.
        case exposed([UInt8])
        case unreadable
    }

    static let site = """
        sluice: 1
        host-name: mail.example.org
        local-domains: [example.org]
        postmaster: admin@example.org
        data-directory: data
        """

    var files: [String: Content] = ["site.yaml": .bytes(Array(site.utf8))]

    init(_ texts: [String: String] = [:]) {
        for (name, text) in texts { files[name] = .bytes(Array(text.utf8)) }
    }

    var reader: FileReader {
        let files = files
        return FileReader(
            list: { _ in files.keys.sorted() },
            read: { path in
                guard let content = files[path] else { throw Refusal(description: "cannot open \(path): no such file") }
                switch content {
                case .bytes(let bytes), .exposed(let bytes): return bytes
                case .unreadable: throw Refusal(description: "cannot open \(path): permission denied")
                }
            },
            isExposed: { path in if case .exposed = files[path] { true } else { false } })
    }

    func check(environment: [String: String] = ["WORD": "pill", "PASSWORD": "hunter2"]) -> CheckedSite {
        PipelineCheck(
            catalog: Samples.catalog, environment: environment, reader: reader, services: Samples.services
        ).check("")
    }
}

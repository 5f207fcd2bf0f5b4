import Foundation

/// Mails that were really sent, as files.
enum Mails {
    /// So many mails of the public collection, evenly spread over its groups.
    static func slice(_ count: Int) throws -> [String] {
        let groups = try FileManager.default.contentsOfDirectory(atPath: Places.mail).sorted()
            .map { Places.mail + "/" + $0 }.filter { !$0.hasSuffix(".json") }
        let all = try groups.flatMap { group in
            try FileManager.default.contentsOfDirectory(atPath: group).sorted().map { group + "/" + $0 }
        }
        guard all.count >= count else { throw Mishap("\(Places.mail) holds \(all.count) mails, not \(count)") }
        return (0..<count).map { all[$0 * all.count / count] }
    }

    /// The project's own mails: what its demonstration and its tests bring.
    static func fixtures() throws -> [String] {
        try [Places.here + "/Fixtures", Places.root + "/Tests/MIMETests/Fixtures", Places.root + "/pipelines/fixtures"]
            .filter { FileManager.default.fileExists(atPath: $0) }
            .flatMap { folder in
                try FileManager.default.contentsOfDirectory(atPath: folder)
                    // What is malformed on purpose is read differently by every reader of MIME.
                    .filter { $0.hasSuffix(".eml") && $0 != "malformed.eml" }.sorted()
                    .map { folder + "/" + $0 }
            }
    }
}

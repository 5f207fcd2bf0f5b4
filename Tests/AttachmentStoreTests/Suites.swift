import Bytes
import Files
import Glibc

/// The shared collection of real mail, which is not part of the project.
enum Suites {
    /// `SLUICE_SUITES`, or `../shared/suites` beside the package.
    static let root: String = {
        if let given = getenv("SLUICE_SUITES") { return String(cString: given) }
        // Tests/AttachmentStoreTests/Suites.swift is three names below the package, which stands beside `shared`.
        return #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/shared/suites"
    }()

    static let mail = root + "/mail/data"

    static var hasMail: Bool { access(mail, R_OK) == 0 }

    /// All mails of the collection.
    static func mails() throws -> [Octets] {
        let disk = LocalFileSystem()
        return try disk.list(mail).flatMap { name -> [Octets] in
            let folder = mail + "/" + name
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
            return try disk.list(folder).map { file in
                let opened = try disk.open(folder + "/" + file, .read)
                defer { opened.close() }
                return Octets(try opened.read(0..<opened.size()))
            }
        }
    }
}

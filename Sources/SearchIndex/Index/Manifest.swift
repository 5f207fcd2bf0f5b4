import Bytes
import Files

/// The list of segments that make up the index: an append-only file of checksummed records.
///
/// Each record is one atomic step, durable when ``append(_:)`` returns. A torn last record is cut off when the file is opened.
struct Manifest: Sendable {
    /// The name of the file in the index's directory.
    static let name = "MANIFEST"
    /// The name of a new one that is being written.
    static let temporaryName = "MANIFEST.new"
    /// Its first octets: `SLUICEMF`, then version 1.
    ///
    /// On disk; never change.
    static let magic: [UInt8] = Array("SLUICEMF".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
    /// A record longer than this is damage: it would remove a hundred million mails at once.
    static let maximumRecord = 1 << 30
    /// From this size on a file is written anew when it is opened.
    static let compactionSize = 1 << 20

    private let file: any File
    /// The length of the sound part.
    private(set) var size: Int
    /// Whether a failed append may have left octets behind the sound part.
    private var isFrayed = false

    private init(file: any File, size: Int) {
        self.file = file
        self.size = size
    }

    /// Appends a record and makes it durable.
    ///
    /// What a failed append has left is cut off before the next: behind a shorter record the rest of it would be damage.
    mutating func append(_ record: ManifestRecord) throws(IndexError) {
        let bytes = Octets(Self.frame(record))
        let isFrayed = isFrayed
        self.isFrayed = true
        try onDisk { () throws(FileError) in
            if isFrayed {
                try file.truncate(to: size)
                try file.synchronize()
            }
            try bytes.withUnsafeBytes { buffer throws(FileError) in try file.write(buffer, at: size) }
            try file.synchronize()
        }
        self.isFrayed = false
        size += bytes.count
    }

    func close() {
        file.close()
    }

    // MARK: Opening

    /// Opens the manifest of a directory, made if there is none; gives all its records.
    static func open(directory: String, fileSystem: any FileSystem) throws(IndexError) -> (Manifest, [ManifestRecord]) {
        let path = directory + "/" + name
        guard try onDisk({ () throws(FileError) in try fileSystem.exists(path) }) else {
            return (try create(directory: directory, fileSystem: fileSystem, records: []), [])
        }
        let file = try onDisk { () throws(FileError) in try fileSystem.open(path, .update) }
        let bytes = try onDisk { () throws(FileError) in try file.read(0..<file.size()) }
        guard bytes.starts(with: magic) else { throw .corruptManifest(file: name, offset: 0) }
        let (records, end) = try read(bytes)
        if end < bytes.count {
            try onDisk { () throws(FileError) in
                try file.truncate(to: end)
                try file.synchronize()
            }
        }
        return (Manifest(file: file, size: end), records)
    }

    /// Writes a new manifest in the place of the old, atomically.
    static func create(
        directory: String, fileSystem: any FileSystem, records: [ManifestRecord]
    ) throws(IndexError) -> Manifest {
        let temporary = directory + "/" + temporaryName
        let bytes = Octets(records.reduce(into: magic) { $0 += frame($1) })
        return try onDisk { () throws(FileError) -> Manifest in
            let file = try fileSystem.open(temporary, .updateOrCreate)
            try file.truncate(to: 0)
            try bytes.withUnsafeBytes { buffer throws(FileError) in try file.write(buffer, at: 0) }
            try file.synchronize()
            file.close()
            try fileSystem.rename(temporary, to: directory + "/" + name)
            try fileSystem.synchronizeDirectory(directory)
            return Manifest(file: try fileSystem.open(directory + "/" + name, .update), size: bytes.count)
        }
    }

    /// All records, and where the sound part ends.
    private static func read(_ bytes: [UInt8]) throws(IndexError) -> ([ManifestRecord], Int) {
        var records: [ManifestRecord] = []
        var offset = magic.count
        while offset < bytes.count {
            guard offset + 8 <= bytes.count else { break }
            let length = Int(number(bytes, offset))
            let end = offset + 8 + length
            // A record that reaches beyond the end, or zeros to the end, is what a crash leaves of the last append.
            if end > bytes.count || length > maximumRecord { break }
            let body = bytes[offset + 8..<end]
            let checksum = body.withUnsafeBytes { CRC32C.checksum(of: $0) }
            guard length > 0, checksum == number(bytes, offset + 4), let record = ManifestRecord(Array(body)) else {
                if end == bytes.count || bytes[offset...].allSatisfy({ $0 == 0 }) { break }
                throw .corruptManifest(file: name, offset: offset)
            }
            records.append(record)
            offset = end
        }
        return (records, offset)
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
    }

    private static func frame(_ record: ManifestRecord) -> [UInt8] {
        let body = record.encoded
        let checksum = body.withUnsafeBytes { CRC32C.checksum(of: $0) }
        var head = ByteBuilder(capacity: 8)
        head.append(UInt32(body.count))
        head.append(checksum)
        return Array(head.bytes) + body
    }
}

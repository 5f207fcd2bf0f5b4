package import Bytes

/// The file operations that durable data is built from, so that a simulated disk can stand in for the real one.
///
/// What a crash may undo: writes since the file's last ``File/synchronize()``, and names made, renamed or removed since
/// their directory's last ``synchronizeDirectory(_:)``. All calls block; call them from threads that may block.
package protocol FileSystem: Sendable {
    /// Opens a file.
    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File
    /// Moves a file over whatever has the new name, atomically.
    func rename(_ source: String, to target: String) throws(FileError)
    /// Removes a file.
    func remove(_ path: String) throws(FileError)
    /// The names in a directory, without `.` and `..`, sorted by their bytes.
    func list(_ directory: String) throws(FileError) -> [String]
    /// Makes a directory and those above it; fine if it exists.
    func createDirectory(_ path: String) throws(FileError)
    /// Makes the names in a directory durable.
    func synchronizeDirectory(_ path: String) throws(FileError)
    /// Whether a file or directory of that name exists.
    func exists(_ path: String) throws(FileError) -> Bool
    /// Whether others than the file's owner may read it; the group of a file of root's does not count, since through it
    /// root lets a server read what the server must not change.
    func isReadableByOthers(_ path: String) throws(FileError) -> Bool
    /// How many octets can still be written where `path` lies.
    func freeSpace(at path: String) throws(FileError) -> Int
}

extension FileSystem {
    /// No: a disk of one program's own has no others.
    package func isReadableByOthers(_ path: String) throws(FileError) -> Bool { false }
}

/// How a file is opened.
package enum OpenMode: Sendable {
    /// To read; the file must exist.
    case read
    /// To read and write; the file must exist.
    case update
    /// To read and write; made if it does not exist.
    case updateOrCreate
    /// To read and write; must not exist yet.
    case create
    /// To read, and to write past the kernel's cache, in whole blocks (``FileBlock``); the file must exist.
    ///
    /// What is written once and seldom read again so costs no copy and takes no memory from what is.
    case updateInBlocks
}

/// What files are written in that were opened with ``OpenMode/updateInBlocks``: offsets, counts and addresses are
/// multiples of it.
package enum FileBlock {
    /// A page; disks with larger sectors are not in use.
    package static let size = 4_096

    /// The least multiple that is not less than `count`.
    package static func roundUp(_ count: Int) -> Int { (count + size - 1) / size * size }
}

/// An open file.
///
/// Offsets and counts are in octets. Reads may run beside one writer.
package protocol File: AnyObject, Sendable {
    /// The path it was opened by.
    var path: String { get }
    /// Its size now.
    func size() throws(FileError) -> Int
    /// Reads up to `buffer.count` octets; returns how many, fewer only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int
    /// Writes all octets. After an error any part of them may have been written.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError)
    /// Reserves space up to `size` octets (zeros), so that later writes cannot run out of it.
    func allocate(_ size: Int) throws(FileError)
    /// Cuts or extends (with zeros) the file.
    func truncate(to size: Int) throws(FileError)
    /// Makes everything written so far durable (fdatasync). After an error the unsynced writes count as lost.
    func synchronize() throws(FileError)
    /// The file's present content as memory that stays readable after ``close()``; later writes may show or not.
    func map() throws(FileError) -> Octets
    /// Closes the file, without making it durable. Twice is fine.
    func close()
}

extension File {
    /// Reads a range that must be there; a shorter file is an error (`EIO`).
    package func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initialized in
            do throws(FileError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == range.count else { throw FileError(.read, path: path, code: 5) }
        return bytes
    }
}

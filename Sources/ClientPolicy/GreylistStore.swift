package import Bytes
package import Files
import Resolver
import Synchronization

/// Who was put off and who came back, in memory and in a file that outlives a restart.
///
/// Judging never waits for the disk: what has changed is written by ``save(by:at:)``, which the owner calls now and then. A
/// crash loses what was not saved yet, and then costs some senders one more try.
package final class GreylistStore: Sendable {
    private struct State {
        var table = GreylistTable()
        var unsaved: [UInt8] = []
        var records = 0
        var mustRewrite = false
    }

    /// One use of the file at a time.
    private struct Log {
        var file: (any File)?
        var size = 0
    }

    private let fileSystem: any FileSystem
    private let directory: String
    private let state = Mutex(State())
    private let log = Mutex(Log())
    /// What was wrong with the file when it was opened; empty if nothing.
    package let damage: String

    private static let name = "greylist.log"
    /// The file is written anew when so many of its records are out of date; fewer are not worth the work.
    private static let staleRecords = 10_000

    /// Opens the store in a directory, which is made if need be.
    ///
    /// - Throws: If the directory cannot be used. Damage is no error: what can be read is used, and a file that is none
    ///   of ours is set aside under another name.
    package init(directory: String, fileSystem: any FileSystem) throws(FileError) {
        self.directory = directory
        self.fileSystem = fileSystem
        try fileSystem.createDurably(directory)
        let path = directory + "/" + Self.name
        guard try fileSystem.exists(path) else {
            damage = ""
            state.withLock { $0.mustRewrite = true }
            return
        }
        let file = try fileSystem.open(path, .update)
        let content = try file.read(0..<file.size())
        guard content.starts(with: GreylistRecord.header) else {
            file.close()
            try fileSystem.rename(path, to: path + ".damaged")
            damage = "\(path) does not begin as a greylist does; it is set aside as \(Self.name).damaged"
            state.withLock { $0.mustRewrite = true }
            return
        }
        let read = state.withLock { Self.restore(content, into: &$0) }
        damage = read.damaged == 0 ? "" : "\(path): \(read.damaged) records are damaged and are passed over"
        log.withLock { $0 = Log(file: file, size: read.end) }
    }

    /// Judges a recipient and notes what has become known.
    package func judge(
        client: AddressBlock, sender: String, recipient: String, by policy: GreylistPolicy, at now: Timestamp
    ) -> GreylistJudgement {
        let triple = GreylistKey("triple", client.settingText, sender.lowercased(), recipient.lowercased())
        let network = GreylistKey("network", client.settingText)
        return state.withLock { state in
            var changes: [UInt8] = []
            var count = 0
            let judgement = state.table.judge(triple, from: network, by: policy, at: now) { key, entry in
                GreylistRecord.append(key, entry, to: &changes)
                count += 1
            }
            state.unsaved += changes
            state.records += count
            return judgement
        }
    }

    /// How many triples and networks are known.
    package var count: Int { state.withLock { $0.table.entries.count } }

    /// Writes what has changed since the last time; blocks.
    ///
    /// - Throws: Why it could not; the next call writes everything anew.
    package func save(by policy: GreylistPolicy, at now: Timestamp) throws(FileError) {
        try log.withLock { log throws(FileError) in
            let work = state.withLock { state in
                let stale = state.records - state.table.entries.count
                let isRewrite = state.mustRewrite || stale > Self.staleRecords && stale > state.table.entries.count
                if isRewrite {
                    state.table.sweep(by: policy, at: now)
                    state.records = state.table.entries.count
                    state.mustRewrite = true
                }
                defer { state.unsaved = [] }
                return (unsaved: state.unsaved, entries: isRewrite ? state.table.entries : nil)
            }
            do throws(FileError) {
                if let entries = work.entries {
                    try rewrite(entries, &log)
                    state.withLock { $0.mustRewrite = false }
                } else if !work.unsaved.isEmpty, let file = log.file {
                    try work.unsaved.write(to: file, at: log.size)
                    try file.synchronize()
                    log.size += work.unsaved.count
                }
            } catch {
                // What the file holds now is unknown, so it is not used any more.
                state.withLock { $0.mustRewrite = true }
                throw error
            }
        }
    }

    private func rewrite(_ entries: [GreylistKey: GreylistEntry], _ log: inout Log) throws(FileError) {
        var octets = GreylistRecord.header
        octets.reserveCapacity(octets.count + entries.count * GreylistRecord.length)
        for (key, entry) in entries { GreylistRecord.append(key, entry, to: &octets) }
        let path = directory + "/" + Self.name
        let file = try fileSystem.open(path + ".new", .updateOrCreate)
        try file.truncate(to: 0)
        try octets.write(to: file, at: 0)
        try file.synchronize()
        try fileSystem.rename(path + ".new", to: path)
        try fileSystem.synchronizeDirectory(directory)
        log.file?.close()
        log = Log(file: file, size: octets.count)
    }

    /// Reads the records; a record that was cut off ends the file.
    private static func restore(_ content: [UInt8], into state: inout State) -> (end: Int, damaged: Int) {
        var damaged = 0
        var offset = GreylistRecord.header.count
        content.withUnsafeBytes { content in
            while offset + GreylistRecord.length <= content.count {
                do throws(MalformedRecord) {
                    let record = UnsafeRawBufferPointer(rebasing: content[offset..<offset + GreylistRecord.length])
                    let (key, entry) = try GreylistRecord.read(record)
                    state.table.restore(key, entry)
                } catch {
                    damaged += 1
                }
                state.records += 1
                offset += GreylistRecord.length
            }
        }
        return (offset, damaged)
    }
}

extension [UInt8] {
    fileprivate func write(to file: any File, at offset: Int) throws(FileError) {
        var failure: FileError?
        withUnsafeBytes { octets in
            do throws(FileError) { try file.write(octets, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

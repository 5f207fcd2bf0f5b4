package import Files

extension InvertedIndex {
    /// Where files that do not belong to the index are moved.
    package static let strangersDirectory = "set-aside"

    /// Opens the index in a directory, made if there is none.
    ///
    /// Files that the manifest does not know are moved to ``strangersDirectory``, such as a segment whose writing a crash cut short.
    /// - Returns: The index, and up to which store sequence it holds everything: the caller adds the mails behind it again.
    /// - Throws: ``IndexError`` that names the damaged file; the caller then rebuilds from the store in an empty directory.
    package static func open(
        directory: String, fileSystem: any FileSystem, options: IndexOptions = IndexOptions()
    ) throws -> (InvertedIndex, coversThrough: UInt64) {
        try onDisk { () throws(FileError) in try fileSystem.createDirectory(directory) }
        let recovered = try RecoveredIndex(directory: directory, fileSystem: fileSystem)
        var random = SystemRandomNumberGenerator()
        let hash = Hash(key: options.hashKey ?? random.next())
        let covers = recovered.coversThrough
        let index = InvertedIndex(
            directory: directory, fileSystem: fileSystem, options: options, hash: hash, recovered: recovered)
        return (index, covers)
    }
}

/// What an index on disk is after its manifest was read.
struct RecoveredIndex: Sendable {
    private(set) var runs: [Snapshot.Run] = []
    private(set) var coversThrough: UInt64 = 0
    private(set) var nextID: UInt64 = 1
    private var manifest: Manifest

    init(directory: String, fileSystem: any FileSystem) throws(IndexError) {
        let (opened, records) = try Manifest.open(directory: directory, fileSystem: fileSystem)
        manifest = opened
        var order: [ManifestRecord.Addition] = []
        var dead: [UInt64: [(user: UInt32, rows: [Int]?)]] = [:]
        for record in records {
            switch record {
            case .edit(let removed, let added, let covers):
                order.removeAll { removed.contains($0.id) }
                for id in removed { dead[id] = nil }
                for addition in added {
                    order.insert(addition, at: min(addition.place, order.count))
                    nextID = max(nextID, addition.id + 1)
                }
                coversThrough = covers
            case .dead(let segment, let user, let rows):
                dead[segment, default: []].append((user, rows))
                // It may stand before a segment that a crash kept from joining: no other may get that number.
                nextID = max(nextID, segment + 1)
            case .gone(let user):
                for addition in order { dead[addition.id, default: []].append((user, nil)) }
            }
        }
        for addition in order {
            let segment = try Segment(
                id: addition.id, level: addition.level, directory: directory, fileSystem: fileSystem)
            runs.append(Snapshot.Run(segment: segment, dead: try Self.deadRows(dead[addition.id] ?? [], of: segment)))
        }
        try setStrangersAside(directory, fileSystem)
        if manifest.size > Manifest.compactionSize { try compact(directory, fileSystem) }
    }

    /// What the index goes on with.
    var commitState: InvertedIndex.CommitState {
        InvertedIndex.CommitState(manifest: manifest, nextID: nextID, manifestStart: manifest.size)
    }

    /// The rows that records name; all of the user where they name none.
    private static func deadRows(
        _ records: [(user: UInt32, rows: [Int]?)], of segment: Segment
    ) throws(IndexError) -> DeadRows {
        var dead = DeadRows()
        for record in records {
            guard let section = try segment.section(user: record.user) else { continue }
            for row in record.rows ?? Array(0..<section.rows) where row >= 0 && row < section.rows {
                _ = dead.insert(row, user: record.user, rows: section.rows)
            }
        }
        return dead
    }

    private func setStrangersAside(_ directory: String, _ fileSystem: any FileSystem) throws(IndexError) {
        let known = Set(runs.map(\.segment.file) + [Manifest.name, InvertedIndex.strangersDirectory])
        try onDisk { () throws(FileError) in
            let strangers = try fileSystem.list(directory).filter { !known.contains($0) }
            guard !strangers.isEmpty else { return }
            let aside = directory + "/" + InvertedIndex.strangersDirectory
            try fileSystem.createDirectory(aside)
            for name in strangers { try fileSystem.rename(directory + "/" + name, to: aside + "/" + name) }
            try fileSystem.synchronizeDirectory(aside)
            try fileSystem.synchronizeDirectory(directory)
        }
    }

    private mutating func compact(_ directory: String, _ fileSystem: any FileSystem) throws(IndexError) {
        let added = runs.enumerated().map { place, run in
            ManifestRecord.Addition(id: run.segment.id, level: run.segment.level, place: place)
        }
        var records = [ManifestRecord.edit(removed: [], added: added, coversThrough: coversThrough)]
        for run in runs {
            for user in run.dead.userIDs {
                let rows = run.dead.rows(of: user)?.rows ?? []
                records.append(.dead(segment: run.segment.id, user: user, rows: rows))
            }
        }
        manifest.close()
        manifest = try Manifest.create(directory: directory, fileSystem: fileSystem, records: records)
    }
}

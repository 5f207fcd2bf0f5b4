import Synchronization

extension InvertedIndex {
    /// Removes mails of a user, durably, from all searches that begin after this returns.
    ///
    /// Unknown numbers are fine.
    package func remove(user: UInt32, numbers: [UInt32]) throws {
        try removeRows(user: user) { section in
            numbers.compactMap { section.row(of: $0) }
        } ordinals: { level in
            numbers.compactMap { level.ordinal(user: user, number: $0) }
        } record: { manifest, segment, rows throws(IndexError) in
            try manifest.append(.dead(segment: segment, user: user, rows: rows))
        }
    }

    /// Removes all mails of a user by one record, however many there are, and what was told of their flags.
    package func removeUser(_ user: UInt32) throws {
        flags.remove(user: user)
        var isRecorded = false
        try removeRows(user: user) { section in
            Array(0..<section.rows)
        } ordinals: { level in
            (0..<level.mails).map { $0 + 1 }.filter { level.column($0).u32(LevelZeroLayout.user) == user }
        } record: { manifest, _, _ throws(IndexError) in
            if !isRecorded { try manifest.append(.gone(user: user)) }
            isRecorded = true
        }
    }

    private func removeRows(
        user: UInt32, rows: (SegmentSection) -> [Int], ordinals: (LevelZero) -> [UInt32],
        record: (inout Manifest, UInt64, [Int]) throws(IndexError) -> Void
    ) throws(IndexError) {
        try commits.withLock { commit throws(IndexError) in
            guard !commit.isClosed else { throw .closed }
            // Only commits change the runs, so they stay as they are while this goes on.
            let snapshot = snapshot()
            writer.withLock { _ in
                for level in snapshot.frozen + [snapshot.active] {
                    for ordinal in ordinals(level) { _ = level.kill(ordinal) }
                }
            }
            for run in snapshot.runs {
                guard let section = try run.segment.section(user: user) else { continue }
                try section.verifyColumns()
                let known = run.dead.rows(of: user)
                let fresh = rows(section).filter { known?.contains($0) != true }.sorted()
                guard !fresh.isEmpty else { continue }
                try record(&commit.manifest, run.segment.id, fresh)
                publishDead(fresh, of: section, in: run.segment.id)
            }
        }
    }

    private func publishDead(_ rows: [Int], of section: SegmentSection, in id: UInt64) {
        published.withLock { snapshot in
            for place in snapshot.runs.indices where snapshot.runs[place].segment.id == id {
                for row in rows {
                    _ = snapshot.runs[place].dead.insert(row, user: section.user, rows: section.rows)
                }
            }
        }
    }
}

import Files
import Synchronization

extension InvertedIndex {
    /// Writes all of level 0 into segments and makes them durable.
    package func flush() throws(IndexError) {
        try flushing.withLock { _ throws(IndexError) in
            freeze()
            while try flushOldest() {}
        }
    }

    /// Does one merge, if one is due; tells whether there was one.
    package func mergeIfNeeded() throws(IndexError) -> Bool {
        try merging.withLock { _ throws(IndexError) in try mergeOnce() }
    }

    /// Flushes and merges from now on in two threads, the merging one of low priority, until ``close()``: a long merge never holds up a flush.
    package func startMerging() {
        flusher.start { [weak self] () throws(IndexError) in
            guard let self else { return false }
            let hasFlushed = try flushing.withLock { _ throws(IndexError) in try flushOldest() }
            if hasFlushed { merger.wake() }
            return hasFlushed
        }
        merger.start { [weak self] () throws(IndexError) in try self?.mergeIfNeeded() ?? false }
    }

    /// Whether a thread of ``startMerging()`` is at work at this moment.
    package var isMaintaining: Bool { flusher.isWorking || merger.isWorking }

    // MARK: Flushing

    /// Writes the oldest frozen level 0; false if there is none.
    func flushOldest() throws(IndexError) -> Bool {
        guard let level = snapshot().frozen.first else { return false }
        let flush = LevelZeroFlush(level)
        guard !flush.isEmpty else {
            try commit(replacing: nil, with: nil, flushed: level, deadAfter: { [] })
            return true
        }
        let id = takeID()
        let path = directory + "/" + SegmentLayout.name(id)
        let size = try write(path) { writer throws(IndexError) in try flush.write(to: writer) }
        let segment = try Segment(id: id, level: 0, directory: directory, fileSystem: fileSystem)
        try commit(replacing: nil, with: (segment, size), flushed: level) {
            var places: [(user: UInt32, row: Int, rows: Int)] = []
            for ordinal in 1...level.mails where level.isDead(ordinal) {
                if let place = flush.place(of: ordinal) { places.append(place) }
            }
            return places
        }
        return true
    }

    private func takeID() -> UInt64 {
        commits.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
    }

    /// Writes a segment whole and durable, or not at all.
    private func write(
        _ path: String, _ body: (SegmentWriter) throws(IndexError) -> Void
    ) throws(IndexError) -> Int {
        do throws(IndexError) {
            let writer = try SegmentWriter(fileSystem: fileSystem, path: path)
            try body(writer)
            let size = try writer.finish()
            try onDisk { () throws(FileError) in try fileSystem.synchronizeDirectory(directory) }
            return size
        } catch {
            // On a full disk the half segment is in the way; if it stays, the next start sets it aside.
            do { try fileSystem.remove(path) } catch {}
            throw error
        }
    }

    // MARK: Merging

    private func mergeOnce() throws(IndexError) -> Bool {
        let runs = snapshot().runs
        let policy = MergePolicy(options: options)
        guard let choice = policy.choose(runs.map(MergePolicy.Run.init)) else { return false }
        let inputs = Array(runs[choice.range])
        var merge = SegmentMerge(inputs)
        let id = takeID()
        let path = directory + "/" + SegmentLayout.name(id)
        var mails = 0
        let size = try write(path) { writer throws(IndexError) in mails = try merge.write(to: writer) }
        let segment = try Segment(id: id, level: choice.level, directory: directory, fileSystem: fileSystem)
        let done = merge
        try commit(replacing: inputs, with: mails > 0 ? (segment, size) : nil, flushed: nil) { [self] in
            done.died(in: snapshot().runs)
        }
        for path in inputs.map({ directory + "/" + $0.segment.file }) + (mails > 0 ? [] : [path]) {
            try onDisk { () throws(FileError) in try fileSystem.remove(path) }
        }
        return true
    }

    // MARK: Committing

    /// Lets segments and level 0 change places, durably and at once for all searches.
    ///
    /// `deadAfter` gives the places of mails in the new segment that died while it was written.
    private func commit(
        replacing inputs: [Snapshot.Run]?, with output: (segment: Segment, size: Int)?, flushed level: LevelZero?,
        deadAfter: () -> [(user: UInt32, row: Int, rows: Int)]
    ) throws(IndexError) {
        try commits.withLock { commit throws(IndexError) in
            guard !commit.isClosed else { throw .closed }
            let removed = inputs?.map(\.segment.id) ?? []
            let runs = snapshot().runs
            let place = runs.firstIndex { removed.contains($0.segment.id) } ?? runs.count
            var dead = DeadRows()
            // Mails die under the lock that is held here, so none is missed.
            for (user, row, rows) in deadAfter() { _ = dead.insert(row, user: user, rows: rows) }
            // Promised before it is written: a mail that comes late meanwhile then sees that it has to take it back.
            let covers = writer.withLock { state in
                let covers = coversThrough(state, flushed: level)
                // Until the write has succeeded, the disk may hold this promise or an earlier one.
                state.coversThrough = max(state.coversThrough, covers)
                return covers
            }
            let added = output.map {
                [ManifestRecord.Addition(id: $0.segment.id, level: $0.segment.level, place: place)]
            }
            if let output {
                // Before the segment itself: a crash or a failure between must not bring back what is removed.
                for user in dead.userIDs {
                    let rows = dead.rows(of: user)?.rows ?? []
                    try commit.manifest.append(.dead(segment: output.segment.id, user: user, rows: rows))
                }
            }
            try commit.manifest.append(.edit(removed: removed, added: added ?? [], coversThrough: covers))
            writer.withLock { $0.coversThrough = covers }
            commit.segmentOctets += output?.size ?? 0
            if level != nil { commit.flushes += 1 } else { commit.merges += 1 }
            publish(output.map { Snapshot.Run(segment: $0.segment, dead: dead) }, at: place, removed, level)
        }
    }

    /// What may be promised once a level 0, if one, is a segment: nothing that another level 0 still holds.
    ///
    /// Never what was promised before: that write may have failed.
    private func coversThrough(_ state: WriterState, flushed level: LevelZero?) -> UInt64 {
        let highest = max(state.highestFlushed, level?.highestSequence ?? 0)
        let held = state.lowestSequences.dropFirst(level == nil ? 0 : 1).min() ?? .max
        let lowest = min(held, state.expected.min() ?? .max, state.replayedFrom ?? .max)
        return lowest <= highest ? lowest - min(lowest, 1) : highest
    }

    private func publish(
        _ run: Snapshot.Run?, at place: Int, _ removed: [UInt64], _ level: LevelZero?
    ) {
        writer.withLock { state in
            if let level {
                state.highestFlushed = max(state.highestFlushed, level.highestSequence)
                state.lowestSequences.removeFirst()
            }
            published.withLock { snapshot in
                snapshot.runs.removeAll { removed.contains($0.segment.id) }
                if let run { snapshot.runs.insert(run, at: place) }
                if let level { snapshot.frozen.removeAll { $0 === level } }
            }
        }
    }
}

extension SegmentMerge {
    /// Where mails that died in the inputs since the merge began have gone.
    func died(in runs: [Snapshot.Run]) -> [(user: UInt32, row: Int, rows: Int)] {
        var places: [(user: UInt32, row: Int, rows: Int)] = []
        for index in moves.indices {
            guard let now = runs.first(where: { $0.segment.id == input(index).segment.id }),
                now.dead.count != input(index).dead.count
            else { continue }
            for user in now.dead.userIDs {
                let moved = moves[index][user] ?? []
                for row in now.dead.rows(of: user)?.rows ?? [] where moved[row] != Self.gone {
                    places.append((user, Int(moved[row]), rowCounts[user] ?? 0))
                }
            }
        }
        return places
    }
}

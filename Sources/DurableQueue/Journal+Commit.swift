import Bytes
import Files

extension Journal {
    /// What came of the records of a commit.
    private struct Course {
        /// Where messages stand durably, or why they do not; `nil` for outcomes.
        var results: [Result<Location, QueueError>?]
        /// Messages written since the last synchronisation.
        var group: [(index: Int, location: Location)] = []
        var failure: FileError?
    }

    /// Writes records in their order and, if asked to, makes them durable with a single synchronisation (one more
    /// for each segment that fills up).
    ///
    /// Outcomes are never lost: those that cannot be written now are kept and written before all later ones.
    ///
    /// - Returns: For each record where it stands (a message) or nothing (an outcome), or why it is not durable.
    func commit(_ records: [PreparedRecord], durably: Bool) -> [Result<Location?, QueueError>] {
        refusal = nil
        var course = Course(results: Array(repeating: nil, count: records.count))
        placeBacklog(&course)
        for (index, record) in records.enumerated() { place(record, index, &course) }
        if durably || unsynced.count >= Self.unsyncedLimit {
            finish(&course)
        } else {
            flush(&course)
        }
        if !backlog.isEmpty, refusal == nil {
            placeBacklog(&course)
            finish(&course)
        }
        failure = backlog.isEmpty ? nil : course.failure ?? refusal
        return course.results.map { result in
            switch result {
            case .success(let location)?: .success(location)
            case .failure(let error)?: .failure(error)
            case nil where backlog.isEmpty: .success(nil)
            case nil: .failure(outcomeError ?? .outOfSpace)
            }
        }
    }

    /// Why outcomes are not on disk; `nil` if they are.
    var outcomeError: QueueError? {
        backlog.isEmpty ? nil : failure.map { QueueError($0) } ?? .outOfSpace
    }

    /// How many outcomes may wait for a synchronisation that others pay for.
    private static let unsyncedLimit = 4_096

    private func placeBacklog(_ course: inout Course) {
        let waiting = backlog
        backlog = []
        for record in waiting { place(record, nil, &course) }
    }

    /// Writes a record, in a new segment if it does not fit behind the others.
    private func place(_ record: PreparedRecord, _ index: Int?, _ course: inout Course) {
        let purpose: Purpose =
            switch record.kind {
            case .accepted, .carried, .acceptedSpooled, .carriedSpooled: .message
            case .retired: .retirement
            case .changed, .delivered, .attempted, .checkpoint, .checkpointWithReasons: .outcome
            }
        do throws(FileError) {
            if !fits(record.size, purpose) {
                // The next segment's space comes first: without it this one still serves.
                try provideSpare(for: record.size, purpose)
                finish(&course)
                seal()
                try begin(for: record.size)
            }
        } catch {
            course.failure = error
            refusal = error
            return refuse(record, index, error, &course)
        }
        // An outcome must not overtake an earlier one.
        guard !record.isOutcome || backlog.isEmpty else { return backlog.append(record) }
        do throws(FileError) {
            let location = try write(record)
            if let index, !record.isOutcome { course.group.append((index, location)) }
        } catch {
            fail(error, &course)
            refuse(record, index, error, &course)
        }
    }

    private func refuse(_ record: PreparedRecord, _ index: Int?, _ error: FileError, _ course: inout Course) {
        if record.isOutcome {
            backlog.append(record)
        } else if let index {
            course.results[index] = .failure(QueueError(error))
        }
    }

    private func finish(_ course: inout Course) {
        do throws(FileError) {
            try synchronize()
            settle(&course, with: nil)
        } catch {
            fail(error, &course)
        }
    }

    private func flush(_ course: inout Course) {
        guard let current else { return }
        do throws(FileError) {
            try buffer.finish(to: current.file, size: current.size)
            settle(&course, with: nil)
        } catch {
            fail(error, &course)
        }
    }

    /// The segment failed: whoever waits for a message in it is told so; outcomes are written again elsewhere.
    private func fail(_ error: FileError, _ course: inout Course) {
        abandon()
        course.failure = error
        settle(&course, with: error)
    }

    private func settle(_ course: inout Course, with error: FileError?) {
        for (index, location) in course.group {
            course.results[index] = error.map { .failure(QueueError($0)) } ?? .success(location)
        }
        course.group.removeAll(keepingCapacity: true)
    }
}

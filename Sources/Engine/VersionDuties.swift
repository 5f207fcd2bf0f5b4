import DurableQueue
import Synchronization

/// Who lets mail in under each version of a pipeline and who delivers it, so that the last to deliver stays until
/// nothing is pending and nothing more can come.
final class VersionDuties: Sendable {
    private struct Duty {
        var entrances = 0
        var deliveries = 0
    }

    private let duties = Mutex<[PipelineVersion: Duty]>([:])

    /// Notes somebody who delivers a version's mail from now on, and perhaps lets mail in under it.
    func begin(_ version: PipelineVersion, takingMail: Bool) {
        duties.withLock { duties in
            duties[version, default: Duty()].deliveries += 1
            if takingMail { duties[version]?.entrances += 1 }
        }
    }

    /// Notes that somebody lets nothing in any more; what has come in is pending.
    func closeEntrance(of version: PipelineVersion) {
        duties.withLock { $0[version]?.entrances -= 1 }
    }

    /// Lets somebody who delivers go, unless there is mail, or can be, and nobody else to deliver it.
    ///
    /// - Returns: Whether they may go.
    func leave(_ version: PipelineVersion, isPending: (PipelineVersion) -> Bool) -> Bool {
        duties.withLock { duties in
            guard let duty = duties[version] else { return true }
            if duty.deliveries > 1 {
                duties[version]?.deliveries -= 1
                return true
            }
            // In this order: whatever comes in is pending before its entrance closes.
            guard duty.entrances == 0, !isPending(version) else { return false }
            duties[version] = nil
            return true
        }
    }
}

import Resolver
import Synchronization

/// Counts what it is asked, and knows nothing.
final class CountingResolver: DNSResolving {
    private let count = Atomic(0)

    var questions: Int { count.load(ordering: .relaxed) }

    func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        count.wrappingAdd(1, ordering: .relaxed)
        return .noSuchName
    }
}

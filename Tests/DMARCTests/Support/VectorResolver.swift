import Resolver
import Synchronization

/// Answers with the zone data of one vector, and notes what was asked.
final class VectorResolver: DNSResolving {
    /// What a fault of the vectors is called in an answer.
    static let faults = ["ETIMEOUT": "DNS timeout"]

    private let answers: [String: DNSAnswer]
    private let asked = Mutex<[String]>([])

    init(_ zone: [String: Any]) {
        answers = zone.compactMapValues { types in
            let texts = (types as? [String: Any])?["TXT"]
            if let fault = (texts as? [String: String])?["error"] {
                return .temporaryFailure(reason: VectorResolver.faults[fault] ?? fault)
            }
            let records = (texts as? [[String]] ?? []).map { DNSRecord.txt($0.map { Array($0.utf8) }) }
            return records.isEmpty ? .noData : .records(records)
        }
    }

    var questions: [String] { asked.withLock { $0 } }

    func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        asked.withLock { $0.append(name) }
        return type == .txt ? answers[name] ?? .noSuchName : .noSuchName
    }
}

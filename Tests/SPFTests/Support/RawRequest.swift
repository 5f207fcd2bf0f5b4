import Resolver

@testable import SPF

/// A request for the helper process with records as strangers published them, which the product never sends.
struct RawRequest {
    let check: SPFRequest
    let records: [(name: String, record: DNSRecord)]

    /// The names that are answered with no data, where libspf2 asks beyond the records.
    var emptyNames: [String] = []

    func encoded() -> [UInt8] {
        var answers: [(name: String, type: RecordType, values: [[UInt8]])] = []
        for (name, record) in records {
            let name = name.lowercased()
            let value = RawRequest.octets(record)
            if let known = answers.firstIndex(where: { $0.name == name && $0.type == record.type }) {
                answers[known].values.append(value)
            } else {
                answers.append((name, record.type, [value]))
            }
        }
        for name in emptyNames {
            for type in RecordType.allCases where !answers.contains(where: { $0.name == name && $0.type == type }) {
                answers.append((name, type, []))
            }
        }
        return encoded(answers)
    }

    private func encoded(_ answers: [(name: String, type: RecordType, values: [[UInt8]])]) -> [UInt8] {
        var writer = DNSWriter()
        let address = IPAddress(check.clientAddress)?.octets ?? []
        writer.write(UInt8(address.count))
        writer.write(address)
        writer.writeCounted32(text: check.helo)
        writer.writeCounted32(text: check.reversePath)
        writer.write(UInt32(answers.count))
        for answer in answers {
            writer.writeCounted32(text: answer.name)
            writer.write(answer.type.rawValue)
            writer.write(UInt8(0))
            writer.write(UInt32(answer.values.count))
            for value in answer.values { writer.writeCounted32(value) }
        }
        return writer.octets
    }

    private static func octets(_ record: DNSRecord) -> [UInt8] {
        switch record {
        case .address(let address): address.octets
        case .mx(_, let name), .ptr(let name), .cname(let name): Array(name.utf8)
        case .txt(let strings): Array(strings.joined())
        case .tlsa(_, _, _, let data): data
        }
    }
}

extension RawRequest {
    /// libspf2's own word on the records, or why there is none.
    func evaluate(in pool: SPFWorkerPool) async -> String {
        switch await pool.evaluate(encoded()) {
        case .result(let result): result.rawValue
        case .failure(let reason): reason
        }
    }
}

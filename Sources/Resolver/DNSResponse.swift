/// An answer from the wire and for how long it is good.
package struct DNSResponse: Sendable, Equatable {
    /// What the message says about the question.
    package let answer: DNSAnswer
    /// For how many seconds the answer may be kept; nil where the message does not say.
    package let timeToLive: UInt32?

    /// The most CNAME records that are followed in one answer; real chains have fewer than five.
    package static let maximumAliases = 16

    /// An answer with its lifetime.
    package init(_ answer: DNSAnswer, timeToLive: UInt32? = nil) {
        self.answer = answer
        self.timeToLive = timeToLive
    }

    /// Reads a response message to one question (RFC 1035, section 4; negative answers: RFC 2308).
    package init(decoding octets: [UInt8], to question: DNSQuestion) {
        do {
            self = try DNSResponse.decode(octets, question)
        } catch {
            self.init(.malformed(reason: error.reason))
        }
    }

    private static func decode(
        _ octets: [UInt8], _ question: DNSQuestion
    ) throws(DNSReader.Malformation) -> DNSResponse {
        var reader = DNSReader(octets)
        let header = try DNSHeader(&reader)
        guard header.isResponse else { throw .init(reason: "message is no response") }
        if let failure = header.failure {
            return DNSResponse(.temporaryFailure(reason: "server answered \(failure)"))
        }
        guard !header.isTruncated else { return DNSResponse(.temporaryFailure(reason: "answer was cut short")) }
        guard header.questions == 1 else { throw .init(reason: "message does not repeat the question") }
        guard DomainName(try reader.readName()) == question.name, try reader.readUInt16() == question.type.rawValue,
            try reader.readUInt16() == 1
        else { throw .init(reason: "message answers another question") }
        let answers = try records(count: header.answers, from: &reader)
        let authority = try records(count: header.authorities, from: &reader)
        return try conclude(question, isNoSuchName: header.responseCode == 3, answers, authority)
    }

    private static func records(
        count: UInt16, from reader: inout DNSReader
    ) throws(DNSReader.Malformation) -> [ResourceRecord] {
        var records: [ResourceRecord] = []
        for _ in 0..<count { records.append(try ResourceRecord(&reader)) }
        return records
    }

    private static func conclude(
        _ question: DNSQuestion, isNoSuchName: Bool, _ answers: [ResourceRecord], _ authority: [ResourceRecord]
    ) throws(DNSReader.Malformation) -> DNSResponse {
        var owner = question.name.text
        var lifetime = UInt32.max
        for _ in 0...maximumAliases {
            let found = answers.filter { $0.owner == owner && $0.type == question.type.rawValue }
            if !found.isEmpty {
                lifetime = found.reduce(lifetime) { min($0, $1.timeToLive) }
                return DNSResponse(.records(found.compactMap(\.record)), timeToLive: lifetime)
            }
            guard let alias = answers.first(where: { $0.owner == owner && $0.alias != nil }), let target = alias.alias
            else { return negative(isNoSuchName, lifetime, authority) }
            lifetime = min(lifetime, alias.timeToLive)
            owner = DomainName(target)?.text ?? ""
        }
        throw .init(reason: "aliases form a loop")
    }

    private static func negative(
        _ isNoSuchName: Bool, _ lifetime: UInt32, _ authority: [ResourceRecord]
    ) -> DNSResponse {
        // RFC 2308, section 5: the lower of the SOA record's own lifetime and its last field.
        let negative = authority.compactMap(\.negativeTimeToLive).min()
        return DNSResponse(isNoSuchName ? .noSuchName : .noData, timeToLive: negative.map { min($0, lifetime) })
    }
}

import Resolver

/// The reply of an authoritative server to one query, from a zone's data.
struct ZoneReply {
    private let id: UInt16
    private let question: DNSQuestion
    private let lookup: DNSZone.Lookup
    private let timeToLive: UInt32

    /// Reads a query; nil where it is not to be answered, an error where it cannot be read.
    init?(zone: DNSZone, query: [UInt8]) throws(DNSReader.Malformation) {
        var reader = DNSReader(query)
        let header = try DNSHeader(&reader)
        guard !header.isResponse, header.operation == 0, header.questions == 1,
            let name = DomainName(try reader.readName()), let type = RecordType(rawValue: try reader.readUInt16())
        else { return nil }
        id = header.id
        question = DNSQuestion(name, type)
        lookup = zone.lookup(name, type)
        timeToLive = zone.timeToLive
        if lookup == .silent { return nil }
    }

    /// The whole message; cut to the question, with the flag that says so, where it is longer than `limit`.
    func encoded(limit: Int) -> [UInt8] {
        var body = DNSWriter()
        var answers = 0
        var code: UInt16 = 0
        switch lookup {
        case .silent: break
        case .loop: code = 2
        case .noSuchName(let aliases):
            code = 3
            answers = write(aliases, [], to: &body)
        case .found(let aliases, let records): answers = write(aliases, records, to: &body)
        }
        let isPositive = if case .found(_, let records) = lookup { !records.isEmpty } else { false }
        if !isPositive { writeAuthority(to: &body) }
        let whole = header(code: code, answers: answers, authorities: isPositive ? 0 : 1).octets + body.octets
        return whole.count <= limit ? whole : header(code: code, answers: 0, isTruncated: true).octets
    }

    private func header(code: UInt16, answers: Int, authorities: Int = 0, isTruncated: Bool = false) -> DNSWriter {
        var writer = DNSWriter()
        writer.write(id)
        // A response, authoritative, recursion desired and available.
        writer.write(0x8580 | (isTruncated ? 0x0200 : 0) | code)
        for count in [1, answers, authorities, 0] { writer.write(UInt16(truncatingIfNeeded: count)) }
        writer.write(name: question.name.text)
        writer.write(question.type.rawValue)
        writer.write(UInt16(1))
        return writer
    }

    private func write(_ aliases: [DNSZone.Alias], _ records: [DNSRecord], to body: inout DNSWriter) -> Int {
        var owner = question.name.text
        for alias in aliases {
            write(.cname(alias.target), owner: alias.owner.text, to: &body)
            owner = DomainName(alias.target)?.text ?? ""
        }
        for record in records { write(record, owner: owner, to: &body) }
        return aliases.count + records.count
    }

    private func write(_ record: DNSRecord, owner: String, to body: inout DNSWriter) {
        body.write(name: owner)
        body.write(record.type.rawValue)
        body.write(UInt16(1))
        body.write(timeToLive)
        body.writeCounted { data in
            switch record {
            case .address(let address): data.write(address.octets)
            case .mx(let preference, let exchange):
                data.write(preference)
                data.write(name: exchange)
            case .ptr(let name), .cname(let name): data.write(name: name)
            case .txt(let strings):
                for string in strings {
                    data.write(UInt8(min(string.count, 255)))
                    data.write(string.prefix(255))
                }
            case .tlsa(let usage, let selector, let matching, let octets):
                data.write([usage, selector, matching])
                data.write(octets)
            }
        }
    }

    /// The SOA record that says how long a negative answer is good (RFC 2308, section 3).
    private func writeAuthority(to body: inout DNSWriter) {
        body.write(name: question.name.text)
        body.write(UInt16(6))
        body.write(UInt16(1))
        body.write(timeToLive)
        body.writeCounted { data in
            data.write(name: "ns.invalid")
            data.write(name: "hostmaster.invalid")
            for value in [1, 3_600, 600, 86_400, timeToLive] { data.write(value) }
        }
    }
}

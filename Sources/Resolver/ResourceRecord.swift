/// One record as it stands in a message, with its owner and lifetime.
struct ResourceRecord {
    let owner: String
    let type: UInt16
    let timeToLive: UInt32
    /// The data, where the type is one that can be asked for.
    let record: DNSRecord?
    /// The least lifetime of negative answers, from a SOA record.
    let negativeTimeToLive: UInt32?

    var alias: String? {
        guard case .cname(let target) = record else { return nil }
        return target
    }

    init(_ reader: inout DNSReader) throws(DNSReader.Malformation) {
        owner = ResourceRecord.folded(try reader.readName())
        type = try reader.readUInt16()
        let isInternet = try reader.readUInt16() == 1
        // RFC 2181, section 8: a lifetime with the highest bit set counts as zero.
        let lifetime = try reader.readUInt32()
        timeToLive = lifetime > UInt32(Int32.max) ? 0 : lifetime
        let count = Int(try reader.readUInt16())
        let end = reader.position + count
        let known = isInternet ? RecordType(rawValue: type) : nil
        var negative: UInt32?
        if let known {
            record = try ResourceRecord.data(known, count: count, from: &reader)
        } else {
            record = nil
            if isInternet, type == 6 {
                var soa = reader
                _ = try soa.readName()
                _ = try soa.readName()
                _ = try soa.read(16)
                negative = min(try soa.readUInt32(), timeToLive)
            }
            _ = try reader.read(count)
        }
        negativeTimeToLive = negative
        guard reader.position == end else { throw .init(reason: "record's length does not fit its data") }
    }

    private static func data(
        _ type: RecordType, count: Int, from reader: inout DNSReader
    ) throws(DNSReader.Malformation) -> DNSRecord {
        switch type {
        case .a, .aaaa:
            guard count == (type == .a ? 4 : 16), let address = IPAddress(octets: try reader.read(count)) else {
                throw .init(reason: "address of \(count) octets")
            }
            return .address(address)
        case .mx: return .mx(preference: try reader.readUInt16(), exchange: folded(try reader.readName()))
        case .ptr: return .ptr(folded(try reader.readName()))
        case .cname: return .cname(folded(try reader.readName()))
        case .txt: return .txt(try strings(count: count, from: &reader))
        case .tlsa:
            let fields = Array(try reader.read(count))
            guard fields.count >= 3 else { throw .init(reason: "TLSA record of \(count) octets") }
            return .tlsa(usage: fields[0], selector: fields[1], matching: fields[2], data: Array(fields[3...]))
        }
    }

    private static func strings(
        count: Int, from reader: inout DNSReader
    ) throws(DNSReader.Malformation) -> [[UInt8]] {
        let end = reader.position + count
        var strings: [[UInt8]] = []
        while reader.position < end { strings.append(Array(try reader.read(Int(try reader.readUInt8())))) }
        return strings
    }

    private static func folded(_ name: String) -> String { DomainName(name)?.text ?? name }
}

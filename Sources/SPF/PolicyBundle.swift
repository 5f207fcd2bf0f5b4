import Resolver

/// All that libspf2 needs for one check: the client, clean records, and the answers to the questions they lead to.
///
/// Every name in it is an alias of our making, such as `a3.spf.invalid`; no octet that a stranger chose gets in but
/// those of addresses.
struct PolicyBundle: Sendable {
    /// What the helper process answers to a question.
    enum Status: UInt8, Sendable {
        case found = 0
        case noData = 1
    }

    private struct Entry: Sendable {
        let name: String
        let type: RecordType
        let values: [[UInt8]]
    }

    /// The most addresses put to libspf2 for one name, besides the one that matches.
    static let maximumAddresses = 32
    /// libspf2 gives up when records are nested deeper than 20.
    static let maximumDepth = 18
    /// The largest request; what is larger is not put to libspf2.
    static let maximumSize = 1 << 20

    let client: IPAddress
    private var entries: [Entry] = []
    private var aliases = 0
    private var depth = 0
    private var pointers: [String] = []
    private var nesting = 0
    private var continuations = 0

    /// A bound on how deep records are nested, with all continuations of long ones.
    var deepest: Int { nesting + continuations }

    init(client: IPAddress) { self.client = client }

    /// A new name.
    mutating func makeAlias(_ kind: Character) -> String {
        defer { aliases += 1 }
        return "\(kind)\(aliases).spf.invalid"
    }

    mutating func enter() {
        depth += 1
        nesting = max(nesting, depth)
    }

    mutating func leave() { depth -= 1 }

    mutating func add(_ record: CleanRecord, at alias: String) {
        var number = aliases
        let (texts, deeper) = record.texts(at: alias) {
            defer { number += 1 }
            return "d\(number).spf.invalid"
        }
        aliases = number
        continuations += deeper
        for text in texts { entries.append(Entry(name: text.alias, type: .txt, values: [Array(text.text.utf8)])) }
    }

    mutating func add(addresses: [IPAddress], _ type: RecordType, at alias: String) {
        entries.append(Entry(name: alias, type: type, values: addresses.map(\.octets)))
    }

    mutating func add(names: [String], _ type: RecordType, at alias: String) {
        entries.append(Entry(name: alias, type: type, values: names.map { Array($0.utf8) }))
    }

    /// Adds a name of the client below a `ptr` target, and the address that it leads to.
    mutating func addPointer(below target: String, leadsTo address: IPAddress?) {
        let name = "p\(pointers.count).\(target)"
        pointers.append(name)
        let type: RecordType = if case .v4 = client { .a } else { .aaaa }
        add(addresses: address.map { [$0] } ?? [], type, at: name)
    }

    /// The request for the helper process: the client, then a count and as many answers (see `Sources/spf-worker`).
    func encoded() -> [UInt8] {
        var writer = DNSWriter()
        let octets = client.octets
        writer.write(UInt8(octets.count))
        writer.write(octets)
        writer.writeCounted32(text: "h.spf.invalid")
        writer.writeCounted32(text: "x@d0.spf.invalid")
        let reverse = Entry(name: client.reverseName, type: .ptr, values: pointers.map { Array($0.utf8) })
        let all = entries + [reverse]
        writer.write(UInt32(all.count))
        for entry in all {
            writer.writeCounted32(text: entry.name)
            writer.write(entry.type.rawValue)
            writer.write((entry.values.isEmpty ? Status.noData : Status.found).rawValue)
            writer.write(UInt32(entry.values.count))
            for value in entry.values { writer.writeCounted32(value) }
        }
        return writer.octets
    }
}

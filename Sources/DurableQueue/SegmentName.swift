import StageKit

/// The names of the files in a queue's directory.
enum SegmentName: Equatable {
    /// A part of the journal.
    case segment(UInt64)
    /// A file that was made, or is left over, for a later segment.
    case spare(UInt64)
    /// What was set aside because it could not be read.
    case damaged(UInt64)
    /// The content of a large message.
    case spool(MessageID)
    /// Content that was set aside because the record that refers to it could not be read.
    case damagedSpool(MessageID)
    case lock
    case stranger

    /// The file whose lock keeps other processes out.
    static let lockName = "lock"

    init(_ name: String) {
        self = .stranger
        if name == Self.lockName {
            self = .lock
        } else if let number = Self.number(in: name, "journal-", ".segment") {
            self = .segment(number)
        } else if let number = Self.number(in: name, "spare-", ".segment") {
            self = .spare(number)
        } else if let number = Self.number(in: name, "journal-", ".segment.damaged") {
            self = .damaged(number)
        } else if let id = Self.id(in: name, ".mail") {
            self = .spool(id)
        } else if let id = Self.id(in: name, ".mail.damaged") {
            self = .damagedSpool(id)
        }
    }

    /// The name itself.
    var text: String {
        switch self {
        case .segment(let number): "journal-\(Self.digits(number)).segment"
        case .spare(let number): "spare-\(Self.digits(number)).segment"
        case .damaged(let number): "journal-\(Self.digits(number)).segment.damaged"
        case .spool(let id): "spool-\(id).mail"
        case .damagedSpool(let id): "spool-\(id).mail.damaged"
        case .lock: Self.lockName
        case .stranger: ""
        }
    }

    private static func id(in name: String, _ suffix: String) -> MessageID? {
        guard name.hasPrefix("spool-"), name.hasSuffix(suffix),
            let id = MessageID(String(name.dropFirst("spool-".count).dropLast(suffix.count))),
            name == "spool-\(id)\(suffix)"
        else { return nil }
        return id
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static func number(in name: String, _ prefix: String, _ suffix: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard digits.utf8.count == 16, let number = UInt64(digits, radix: 16), Self.digits(number) == digits else {
            return nil
        }
        return number
    }
}

/// The MAPI properties of a TNEF attribute (MS-OXTNEF, section 2.1.3.4).
struct TNEFProperties {
    /// One property with its first value.
    struct Property {
        let id: UInt16
        /// Whether the value is UTF-16, else octets.
        let isUnicode: Bool
        let value: UnsafeRawBufferPointer
    }

    /// What attachments have (MS-OXPROPS, section 2).
    static let content: UInt16 = 0x3701
    static let filename: UInt16 = 0x3704
    static let longFilename: UInt16 = 0x3707
    static let mimeType: UInt16 = 0x370E
    static let contentID: UInt16 = 0x3712

    /// What messages have (MS-OXPROPS, section 2).
    static let plainBody: UInt16 = 0x1000
    static let compressedRTF: UInt16 = 0x1009
    static let htmlBody: UInt16 = 0x1013
    static let codePage: UInt16 = 0x3FDE

    private var reader: LittleEndianReader
    private var remaining: UInt32

    init(_ bytes: UnsafeRawBufferPointer) {
        reader = LittleEndianReader(bytes)
        remaining = reader.number(UInt32.self) ?? 0
    }

    /// The next property; `nil` at the end and at the first that cannot be read.
    mutating func next() -> Property? {
        guard remaining > 0, let type = reader.number(UInt16.self), let id = reader.number(UInt16.self) else {
            return nil
        }
        remaining -= 1
        if id >= 0x8000, !skipName() { return nil }
        let base = type & 0x0FFF
        let isMany = type & 0x1000 != 0
        let isVariable = base == 0x000D || base == 0x001E || base == 0x001F || base == 0x0102
        var count: UInt32 = 1
        if isMany || isVariable {
            guard let number = reader.number(UInt32.self) else { return nil }
            count = number
        }
        var first: UnsafeRawBufferPointer?
        for _ in 0..<count {
            guard let value = isVariable ? variableValue() : reader.octets(Self.size(base)) else { return nil }
            reader.align()
            first = first ?? value
            // A value without octets would let the count alone decide how long this takes.
            if value.isEmpty, !isVariable { break }
        }
        let value = first ?? UnsafeRawBufferPointer(start: nil, count: 0)
        // An object starts with the identifier of its interface.
        return Property(
            id: id, isUnicode: base == 0x001F,
            value: base == 0x000D ? value.part(min(16, value.count)..<value.count) : value)
    }

    private mutating func variableValue() -> UnsafeRawBufferPointer? {
        reader.number(UInt32.self).flatMap { reader.octets(Int($0)) }
    }

    private mutating func skipName() -> Bool {
        guard reader.octets(16) != nil, let kind = reader.number(UInt32.self), let number = reader.number(UInt32.self)
        else { return false }
        // Kind 0 is a number, kind 1 a text of so many octets.
        guard kind == 1 else { return true }
        guard reader.octets(Int(number)) != nil else { return false }
        reader.align()
        return true
    }

    /// The size of a value of a fixed type, padded to four octets.
    private static func size(_ type: UInt16) -> Int {
        switch type {
        case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040: 8
        case 0x0048: 16
        case 0x0001: 0
        default: 4
        }
    }
}

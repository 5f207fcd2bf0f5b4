extension AddressLiteral {
    /// Reads four decimal numbers without leading zeros.
    init?(ipv4 text: Substring) {
        guard let value = Self.ipv4Value(text) else { return nil }
        self.init(family: .ipv4, high: 0, low: value)
    }

    /// Reads groups of hexadecimal digits with at most one `::` (RFC 4291, section 2.2).
    init?(ipv6 text: Substring) {
        let halves = Self.halves(of: text)
        guard let first = halves.first, let left = Self.groups(first, mayEndInIPv4: halves.count == 1) else {
            return nil
        }
        var groups = left
        if halves.count == 2 {
            guard let right = Self.groups(halves[1], mayEndInIPv4: true), left.count + right.count <= 7 else {
                return nil
            }
            groups += Array(repeating: 0, count: 8 - left.count - right.count) + right
        }
        guard groups.count == 8 else { return nil }
        let joined = { (half: ArraySlice<UInt64>) in half.reduce(0) { $0 << 16 | $1 } }
        self.init(family: .ipv6, high: joined(groups[..<4]), low: joined(groups[4...]))
    }

    private static func ipv4Value(_ text: Substring) -> UInt64? {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 4 else { return nil }
        var value: UInt64 = 0
        for number in numbers {
            guard (1...3).contains(number.utf8.count), number.utf8.allSatisfy(\.isDigit),
                number.utf8.count == 1 || number.utf8.first != 0x30, let octet = UInt8(number)
            else { return nil }
            value = value << 8 | UInt64(octet)
        }
        return value
    }

    /// What stands before and after the first `::`, or the whole; a second `::` makes an empty group, which fails.
    private static func halves(of text: Substring) -> [Substring] {
        var previous: UInt8 = 0
        for index in text.utf8.indices {
            let octet = text.utf8[index]
            if octet == .colon, previous == .colon {
                return [text[..<text.utf8.index(before: index)], text[text.utf8.index(after: index)...]]
            }
            previous = octet
        }
        return [text]
    }

    private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt64]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt64] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.utf8.contains(.dot) {
                guard let value = ipv4Value(part) else { return nil }
                groups += [value >> 16, value & 0xFFFF]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
                    let group = UInt64(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        octet.isDigit || (0x61...0x66).contains(octet | 0x20)
    }
}

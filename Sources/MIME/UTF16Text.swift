/// UTF-16 with or without a byte order mark (RFC 2781).
enum UTF16Text {
    /// The text; without a mark and a declared order, big-endian unless most high octets then are not zero.
    static func decode(_ octets: UnsafeRawBufferPointer, isBigEndian: Bool?) -> String {
        var start = 0
        var isBig = isBigEndian ?? looksBigEndian(octets)
        if octets.count >= 2 {
            let mark = UInt16(octets[0]) << 8 | UInt16(octets[1])
            if mark == 0xFEFF || mark == 0xFFFE {
                isBig = mark == 0xFEFF
                start = 2
            }
        }
        var units: [UInt16] = []
        units.reserveCapacity(octets.count / 2)
        while start + 1 < octets.count {
            let (first, second) = (UInt16(octets[start]), UInt16(octets[start + 1]))
            units.append(isBig ? first << 8 | second : second << 8 | first)
            start += 2
        }
        if start < octets.count { units.append(0xFFFD) }
        return String(decoding: units, as: UTF16.self)
    }

    private static func looksBigEndian(_ octets: UnsafeRawBufferPointer) -> Bool {
        var zerosAtEven = 0
        var zerosAtOdd = 0
        for (offset, octet) in octets.prefix(512).enumerated() where octet == 0 {
            if offset.isMultiple(of: 2) { zerosAtEven += 1 } else { zerosAtOdd += 1 }
        }
        return zerosAtEven >= zerosAtOdd
    }
}

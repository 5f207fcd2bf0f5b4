/// Windows-1252, which is also what ISO-8859-1 means in mail (Encoding Standard, section 4.2).
enum Windows1252 {
    /// The characters of 0x80 to 0x9F; the five holes are the control characters of ISO-8859-1.
    private static let upperControls: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// The text that the octets stand for.
    static func decode(_ octets: UnsafeRawBufferPointer) -> String {
        let high = octets.reduce(0) { $0 + Int($1 >> 7) }
        return String(unsafeUninitializedCapacity: octets.count + 2 * high) { output in
            var written = 0
            for octet in octets {
                if octet < 0x80 {
                    output[written] = octet
                    written += 1
                } else {
                    let scalar = octet < 0xA0 ? upperControls[Int(octet) - 0x80] : UInt16(octet)
                    write(scalar, to: output, &written)
                }
            }
            return written
        }
    }

    private static func write(_ scalar: UInt16, to output: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int) {
        if scalar < 0x800 {
            output[written] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
        } else {
            output[written] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
            output[written + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
            written += 1
        }
        output[written + 1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
        written += 2
    }
}

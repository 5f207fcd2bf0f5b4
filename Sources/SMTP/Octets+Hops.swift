import Bytes

extension Octets {
    /// Whether the header has so many `Received:` fields that the message must be in a loop (RFC 5321, section 6.3).
    var hasLoopedThroughServers: Bool {
        withUnsafeBytes { bytes in
            var hops = 0
            var start = 0
            while start < bytes.count, bytes[start] != 0x0D {
                if bytes.hasReceivedField(at: start) {
                    hops += 1
                    if hops > SessionLimits.hops { return true }
                }
                start = bytes.firstIndex(of: 0x0A, from: start) + 1
            }
            return false
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func hasReceivedField(at start: Int) -> Bool {
        let name: StaticString = "received:"
        guard count - start >= name.utf8CodeUnitCount else { return false }
        return (0..<name.utf8CodeUnitCount).allSatisfy { offset in
            let octet = self[start + offset]
            return (octet | 0x20) == name.utf8Start[offset] || octet == name.utf8Start[offset]
        }
    }
}

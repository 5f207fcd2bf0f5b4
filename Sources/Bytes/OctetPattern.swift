import CBytes

/// A run of octets to look for.
public struct OctetPattern: Sendable, Hashable {
    private let octets: [UInt8]

    /// The UTF-8 of a text.
    public init(_ text: String) {
        octets = Array(text.utf8)
    }

    /// Whether the octets stand somewhere in a buffer; nothing stands everywhere.
    ///
    /// O(n), by the C library's two-way search.
    public func occurs(in haystack: UnsafeRawBufferPointer) -> Bool {
        octets.withUnsafeBytes { needle in
            sluice_memmem(haystack.baseAddress, haystack.count, needle.baseAddress, needle.count) != nil
                || needle.isEmpty
        }
    }

    /// Whether the octets stand somewhere in a text's UTF-8.
    public func occurs(in text: inout String) -> Bool {
        text.withUTF8 { occurs(in: UnsafeRawBufferPointer($0)) }
    }
}

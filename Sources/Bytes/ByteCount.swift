/// An amount of data in octets.
public struct ByteCount: Sendable, Hashable, Comparable, Codable {
    /// The amount, in octets.
    public var octets: Int

    /// So many octets.
    public init(octets: Int) {
        self.octets = octets
    }

    /// So many kilobytes of 1,000 octets, as pipeline files count (`25MB` is 25,000,000).
    public static func kilobytes(_ count: Int) -> ByteCount { ByteCount(octets: count * 1_000) }

    /// So many megabytes of 1,000,000 octets.
    public static func megabytes(_ count: Int) -> ByteCount { ByteCount(octets: count * 1_000_000) }

    /// Whether one amount is less than the other.
    public static func < (left: ByteCount, right: ByteCount) -> Bool {
        left.octets < right.octets
    }
}

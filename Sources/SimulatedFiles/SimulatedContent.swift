/// The octets of a file, page by page: pages that were never written are zeros and take no memory, and copies share
/// the pages that they have in common.
struct SimulatedContent {
    /// A compromise: small writes copy one page of a shared file, large files have few pages.
    private static let pageSize = 4_096

    private var pages: [Int: [UInt8]] = [:]
    private(set) var count = 0

    init() {}

    init(_ octets: [UInt8]) {
        octets.withUnsafeBytes { write($0, at: 0) }
    }

    /// All octets; O(n).
    var octets: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
    }

    /// Reads up to `target.count` octets; returns how many there are.
    func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        let end = min(offset + target.count, count)
        var position = offset
        while position < end {
            let (page, start) = position.quotientAndRemainder(dividingBy: Self.pageSize)
            let length = min(Self.pageSize - start, end - position)
            let part = UnsafeMutableRawBufferPointer(
                rebasing: target[position - offset..<position - offset + length])
            if let octets = pages[page] {
                octets.withUnsafeBytes {
                    part.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + length]))
                }
            } else {
                part.initializeMemory(as: UInt8.self, repeating: 0)
            }
            position += length
        }
        return max(end - offset, 0)
    }

    /// Writes, and makes the file longer if need be.
    mutating func write(_ octets: UnsafeRawBufferPointer, at offset: Int) {
        var position = offset
        let end = offset + octets.count
        while position < end {
            let (page, start) = position.quotientAndRemainder(dividingBy: Self.pageSize)
            let length = min(Self.pageSize - start, end - position)
            let part = UnsafeRawBufferPointer(rebasing: octets[position - offset..<position - offset + length])
            pages[page, default: [UInt8](repeating: 0, count: Self.pageSize)].withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: part)
            }
            position += length
        }
        count = max(count, end)
    }

    /// Cuts, or extends with zeros; what was cut off does not come back.
    mutating func resize(to size: Int) {
        defer { count = size }
        guard size < count else { return }
        let (last, start) = size.quotientAndRemainder(dividingBy: Self.pageSize)
        pages = pages.filter { $0.key < last || ($0.key == last && start > 0) }
        for offset in start..<Self.pageSize where pages[last] != nil { pages[last]?[offset] = 0 }
    }
}

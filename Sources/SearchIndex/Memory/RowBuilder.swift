/// Numbers that grow at the end.
typealias NumberBuilder = RowBuilder<UInt32>

/// Plain values in a row that grows at the end; like ``ByteBuilder`` without bounds checks.
struct RowBuilder<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 256) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    subscript(_ index: Int) -> Element {
        @inline(__always) get { base[index] }
        @inline(__always) nonmutating set { base[index] = newValue }
    }

    mutating func removeAll() {
        count = 0
    }

    @inline(__always)
    mutating func append(_ value: Element) {
        if count == capacity { grow(1) }
        base[count] = value
        count += 1
    }

    @inline(__always)
    mutating func append(_ values: UnsafePointer<Element>, _ more: Int) {
        if count + more > capacity { grow(more) }
        (base + count).update(from: values, count: more)
        count += more
    }

    /// Makes room for so many numbers, which the caller then writes, and counts them as there.
    @inline(__always)
    mutating func extend(_ more: Int) -> UnsafeMutablePointer<Element> {
        if count + more > capacity { grow(more) }
        count += more
        return base + (count - more)
    }

    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }
}

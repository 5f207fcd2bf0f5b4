/// Numbers that grow at the end; like ``ByteBuilder`` without bounds checks.
struct NumberBuilder: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 256) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    subscript(_ index: Int) -> UInt32 {
        @inline(__always) get { base[index] }
    }

    mutating func removeAll() {
        count = 0
    }

    @inline(__always)
    mutating func append(_ value: UInt32) {
        if count == capacity { grow(1) }
        base[count] = value
        count += 1
    }

    @inline(__always)
    mutating func append(_ values: UnsafePointer<UInt32>, _ more: Int) {
        if count + more > capacity { grow(more) }
        (base + count).update(from: values, count: more)
        count += more
    }

    /// Makes room for so many numbers, which the caller then writes, and counts them as there.
    @inline(__always)
    mutating func extend(_ more: Int) -> UnsafeMutablePointer<UInt32> {
        if count + more > capacity { grow(more) }
        count += more
        return base + (count - more)
    }

    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }
}

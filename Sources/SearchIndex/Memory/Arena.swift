import Glibc
import Synchronization

/// Zeroed memory whose pages cost nothing until they are written.
///
/// Proof of `@unchecked`: `base` and `size` never change; who writes which part, and how it is published, is for the owner to prove.
final class Arena: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let size: Int

    /// Reserves so many octets.
    init(size: Int) {
        self.size = max(size, 1)
        let address = mmap(
            nil, self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let address, address != MAP_FAILED else {
            preconditionFailure("the system has no memory for \(size) octets of the search index")
        }
        base = address
    }

    deinit { munmap(base, size) }
}

extension UnsafeMutableRawPointer {
    /// The 32 bits at an aligned offset as an atomic.
    @inline(__always)
    func atomic32(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (self + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// The 64 bits at an aligned offset as an atomic.
    @inline(__always)
    func atomic64(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// The 32 bits at any offset.
    @inline(__always)
    func u32(_ offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self) }

    /// Copies a few octets, without a call of the C library.
    @inline(__always)
    func copy(short source: UnsafeRawPointer, _ count: Int) {
        if count >= 8 {
            var offset = 0
            while offset + 8 < count {
                storeBytes(
                    of: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self), toByteOffset: offset,
                    as: UInt64.self)
                offset += 8
            }
            // The last eight may have been copied in part; again does no harm.
            storeBytes(
                of: source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self), toByteOffset: count - 8,
                as: UInt64.self)
        } else {
            for offset in 0..<count { storeBytes(of: source.u8(offset), toByteOffset: offset, as: UInt8.self) }
        }
    }

    /// Stores 32 bits at any offset.
    @inline(__always)
    func store(_ value: UInt32, at offset: Int) {
        storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }
}

extension UnsafeRawPointer {
    /// Whether a few octets are the same, without a call of the C library.
    @inline(__always)
    func holds(short other: UnsafeRawPointer, _ count: Int) -> Bool {
        if count >= 8 {
            var offset = 0
            while offset + 8 < count {
                if u64(offset) != other.u64(offset) { return false }
                offset += 8
            }
            return u64(count - 8) == other.u64(count - 8)
        }
        if count >= 4 { return u32(0) == other.u32(0) && u32(count - 4) == other.u32(count - 4) }
        for offset in 0..<count where u8(offset) != other.u8(offset) { return false }
        return true
    }

    /// The 32 bits at any offset; files are little-endian, like every machine this runs on.
    @inline(__always)
    func u32(_ offset: Int) -> UInt32 { UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }

    /// The 16 bits at any offset.
    @inline(__always)
    func u16(_ offset: Int) -> UInt16 { UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }

    /// The 64 bits at any offset.
    @inline(__always)
    func u64(_ offset: Int) -> UInt64 { UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }

    /// The octet at an offset.
    @inline(__always)
    func u8(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

    /// Reads an LEB128 number and moves on behind it.
    @inline(__always)
    func varint(_ offset: inout Int) -> Int {
        var byte = u8(offset)
        offset += 1
        if byte < 128 { return Int(byte) }
        var value = Int(byte & 127)
        var shift = 7
        repeat {
            byte = u8(offset)
            offset += 1
            value |= Int(byte & 127) << shift
            shift += 7
        } while byte >= 128 && shift < 63
        return value
    }
}

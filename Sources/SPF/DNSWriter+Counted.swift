import Resolver

extension DNSWriter {
    /// Appends octets after their number in four octets.
    mutating func writeCounted32(_ bytes: [UInt8]) {
        write(UInt32(bytes.count))
        write(bytes)
    }

    /// Appends a text after its length in four octets.
    mutating func writeCounted32(text: String) { writeCounted32(Array(text.utf8)) }
}

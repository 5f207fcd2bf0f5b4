import Crypto

/// A hash under way that stops at a length.
struct BodyHasher: Sendable {
    /// What is hashed.
    let request: BodyHashRequest
    private var hash = SHA256()
    private var rest: Int64?

    init(_ request: BodyHashRequest) {
        self.request = request
        rest = request.length
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let rest else {
            hash.update(bufferPointer: bytes)
            return
        }
        let taken = min(rest, Int64(bytes.count))
        guard taken > 0 else { return }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<Int(taken)]))
        self.rest = rest - taken
    }

    func finish() -> [UInt8] { hash.finalize().withUnsafeBytes { Array($0) } }
}

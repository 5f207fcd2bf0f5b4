package import Bytes
package import Files

extension BodyHashing {
    /// The longest content that is worked on where it comes up: 0.1 ms; the way to another thread and back costs as much as
    /// 20 KB.
    ///
    /// That is with one signature, or several that share a hash. Ten that share none, which no honest mail has, make it ten
    /// bodies, ten headers and ten keys: up to 3 ms.
    package static let inlineLimit = 1 << 16

    /// Hashes a whole body, which should be short.
    static func hashesAtOnce(of content: Octets, from start: Int, requests: [BodyHashRequest]) -> [BodyHash] {
        guard !requests.isEmpty else { return [] }
        var hashing = BodyHashing(content, from: start, requests: requests)
        hashing.advance(hashing.remaining)
        return hashing.finish()
    }

    /// Hashes a whole body; a long one piece by piece on other threads, where pieces of other messages get their turn.
    ///
    /// - Throws: `CancellationError` between two pieces.
    package static func hashes(
        of content: Octets, from start: Int, requests: [BodyHashRequest], on threads: BlockingThreads
    ) async throws -> [BodyHash] {
        guard !requests.isEmpty else { return [] }
        var hashing = BodyHashing(content, from: start, requests: requests)
        if hashing.remaining <= inlineLimit { hashing.advance() }
        while hashing.remaining > 0 {
            try Task.checkCancellation()
            let before = hashing
            hashing = try await threads.run {
                var after = before
                after.advance()
                return after
            }
        }
        return hashing.finish()
    }
}

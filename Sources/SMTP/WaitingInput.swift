/// Octets that have arrived and are not read yet.
struct WaitingInput {
    private var octets: [UInt8] = []
    private var start = 0

    /// How many octets wait.
    var count: Int { octets.count - start }
    /// Whether none waits.
    var isEmpty: Bool { count == 0 }

    mutating func append(_ input: UnsafeRawBufferPointer) {
        guard !input.isEmpty else { return }
        // What has been read goes only when it is the larger part: moving the rest costs no more than reading it did.
        if start > octets.count / 2 {
            octets.removeFirst(start)
            start = 0
        }
        octets.append(contentsOf: input)
    }

    /// Hands everything out, so that it can be read while the session changes.
    mutating func take() -> WaitingInput {
        let taken = self
        self = WaitingInput()
        return taken
    }

    /// Takes back what ``take()`` handed out, without the octets that were read.
    mutating func putBack(_ input: consuming WaitingInput, consumed: Int) {
        input.start += consumed
        self = input.isEmpty ? WaitingInput() : input
    }

    func withUnread<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        octets.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }
}

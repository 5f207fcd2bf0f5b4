/// What libspf2 is to evaluate: the client, what it said, and all DNS answers that may be needed.
struct WorkerRequest {
    struct Question: Hashable {
        let name: String
        let type: UInt16
    }

    struct Answer {
        /// Four or sixteen octets of an address, or the octets of a name or text.
        let values: [ArraySlice<UInt8>]
    }

    /// Four or sixteen octets.
    let client: ArraySlice<UInt8>
    let helo: String
    let sender: String
    let answers: [Question: Answer]

    /// Reads a request; nil where it is cut short.
    init?(_ octets: ArraySlice<UInt8>) {
        var rest = octets
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func number(_ size: Int) -> Int? { take(size)?.reduce(0) { $0 << 8 | Int($1) } }
        func counted() -> ArraySlice<UInt8>? { number(4).flatMap(take) }
        func text() -> String? { counted().map { String(decoding: $0, as: UTF8.self) } }

        guard let client = number(1).flatMap(take), let helo = text(), let sender = text(), let count = number(4)
        else { return nil }
        var answers: [Question: Answer] = [:]
        for _ in 0..<count {
            guard let name = text(), let type = number(2), number(1) != nil, let values = number(4) else { return nil }
            var read: [ArraySlice<UInt8>] = []
            for _ in 0..<values {
                guard let value = counted() else { return nil }
                read.append(value)
            }
            answers[Question(name: name.lowercased(), type: UInt16(truncatingIfNeeded: type))] = Answer(values: read)
        }
        self.client = client
        self.helo = helo
        self.sender = sender
        self.answers = answers
    }
}

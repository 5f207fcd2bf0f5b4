import Synchronization

/// The queue in front of a step: many put in, its workers take out in order, as many at once as a batch may have.
final class Lane<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var head = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false

        mutating func take(upTo limit: Int) -> [Element] {
            // Handing over the whole array copies none of its elements.
            if head == 0, elements.count <= limit {
                defer { elements = [] }
                return elements
            }
            let end = head + min(elements.count - head, limit)
            let taken = Array(elements[head..<end])
            head = end
            // Moving the rest to the front costs as much as what was taken before, so it is paid only now and then.
            if head > elements.count / 2 {
                elements.removeFirst(head)
                head = 0
            }
            return taken
        }
    }

    private let state = Mutex(State())

    /// Puts elements at the end.
    func push(_ elements: [Element]) {
        guard !elements.isEmpty else { return }
        let woken = state.withLock { state in
            if state.elements.isEmpty { state.elements = elements } else { state.elements += elements }
            return state.waiting.popLast()
        }
        woken?.resume()
    }

    /// Takes up to `limit` elements; waits while there are none; nothing only once the lane is closed and empty.
    func next(upTo limit: Int) async -> [Element] {
        while true {
            let (taken, isClosed) = state.withLock { ($0.take(upTo: limit), $0.isClosed) }
            if !taken.isEmpty || isClosed {
                passOn()
                return taken
            }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.head < state.elements.count || state.isClosed { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Wakes all who wait; those who come later get what is left, then nothing.
    func close() {
        let woken = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in woken { continuation.resume() }
    }

    /// Wakes another worker if there is work left for it.
    private func passOn() {
        let woken = state.withLock { state in
            state.head < state.elements.count ? state.waiting.popLast() : nil
        }
        woken?.resume()
    }
}

extension [String] {
    /// The texts in order, each once.
    func eachOnce() -> [String] {
        guard count > 1 else { return self }
        var result: [String] = []
        result.reserveCapacity(count)
        for text in sorted() where text != result.last { result.append(text) }
        return result
    }
}

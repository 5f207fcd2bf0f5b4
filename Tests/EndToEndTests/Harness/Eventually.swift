/// Asks again and again until there is an answer.
@discardableResult
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), every pause: Duration = .milliseconds(20),
    _ answer: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await answer() { return value }
        guard ContinuousClock.now < deadline else { throw Mishap("not within \(limit): \(what)") }
        try await Task.sleep(for: pause)
    }
}

/// What a local client asks.
package struct ControlRequest: Sendable {
    /// What it wants to do.
    package enum Method: String, Sendable { case get = "GET", post = "POST" }

    package var method: Method
    /// The path's components, percent-decoded.
    package var path: [String]
    /// The query's values by name, percent-decoded; the last one counts.
    package var query: [String: String]
    /// Whether it came over the Unix socket, which only the server's user can reach.
    package var isTrusted: Bool

    package init(method: Method, path: [String], query: [String: String], isTrusted: Bool) {
        self.method = method
        self.path = path
        self.query = query
        self.isTrusted = isTrusted
    }

    /// Reads a request target such as `/search?user=a%40b`.
    package init?(method: String, target: String, isTrusted: Bool) {
        guard let method = Method(rawValue: method), target.hasPrefix("/") else { return nil }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path: [String] = []
        for component in parts[0].split(separator: "/") {
            guard let decoded = PercentCoding.decode(component) else { return nil }
            path.append(decoded)
        }
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(sides[0]),
                let value = PercentCoding.decode(sides.count > 1 ? sides[1] : "")
            else { return nil }
            query[name] = value
        }
        self.init(method: method, path: path, query: query, isTrusted: isTrusted)
    }
}

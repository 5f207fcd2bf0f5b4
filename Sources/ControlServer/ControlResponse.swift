/// What a local client gets.
package struct ControlResponse: Sendable {
    /// What the answer consists of.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Pieces that come over time, until the stream or the client ends.
        case stream(AsyncStream<[UInt8]>)
    }

    /// The HTTP status.
    package var status: Int
    /// The media type.
    package var type: String
    package var body: Body

    package init(status: Int = 200, type: String, body: Body) {
        self.status = status
        self.type = type
        self.body = body
    }

    /// A plain text, with a line end.
    package static func text(_ text: String, status: Int = 200) -> ControlResponse {
        ControlResponse(status: status, type: "text/plain; charset=utf-8", body: .bytes(Array((text + "\n").utf8)))
    }

    /// A JSON document.
    package static func json(_ bytes: [UInt8], status: Int = 200) -> ControlResponse {
        ControlResponse(status: status, type: "application/json", body: .bytes(bytes))
    }
}

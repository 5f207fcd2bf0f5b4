import NIOCore

/// Looks at the server's first words in a handshake, which name the cipher suite in the clear (RFC 8446, section 4.1.3).
///
/// The TLS library does not tell it. It stands between the library and the network and changes nothing.
final class CipherObserver: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The registered number of the suite; `nil` before the server has answered.
    private(set) var suite: UInt16?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if suite == nil { suite = Self.suite(in: unwrapOutboundIn(data)) }
        context.write(data, promise: promise)
    }

    /// Behind the record's header: the message's type and length, the version, 32 random octets, a session's name.
    private static func suite(in record: ByteBuffer) -> UInt16? {
        let start = record.readerIndex
        guard record.getInteger(at: start, as: UInt8.self) == 0x16,
            record.getInteger(at: start + 5, as: UInt8.self) == 0x02,
            let nameLength = record.getInteger(at: start + 43, as: UInt8.self)
        else { return nil }
        return record.getInteger(at: start + 44 + Int(nameLength))
    }

    /// The suite's registered name; its number if it is none that we offer.
    var name: String {
        guard let suite else { return "unknown" }
        return Self.names[suite] ?? "0x" + String(suite, radix: 16)
    }

    /// From the registry of RFC 8447: what BoringSSL speaks.
    private static let names: [UInt16: String] = [
        0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA", 0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    ]
}

import SMTP

/// One exchange of SCRAM-SHA-256 without channel binding (RFC 5802, section 5; RFC 7677).
struct SCRAMExchange: Sendable {
    /// The client's first message.
    struct ClientFirst: Sendable {
        let user: String
        let nonce: String
        /// What stands before the message proper: whether the client binds the exchange to the channel.
        let header: String
        let bare: String

        /// Reads `n,,n=user,r=nonce`; `nil` if it is none, or asks for what is not offered.
        init?(_ message: [UInt8]) {
            guard message.count <= 2 * SASLExchange.longestText + 256,
                let text = String(validating: message, as: UTF8.self)
            else { return nil }
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            // `p=` asks for channel binding, which belongs to another mechanism.
            guard parts.count >= 4, parts[0] == "n" || parts[0] == "y", parts[2].hasPrefix("n="),
                parts[3].hasPrefix("r="), parts[3].utf8.count > 2,
                parts[3].utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                let user = SCRAMExchange.name(parts[2].dropFirst(2)),
                parts[1].isEmpty || parts[1] == "a=" + parts[2].dropFirst(2)
            else { return nil }
            self.user = user
            nonce = String(parts[3].dropFirst(2))
            header = "\(parts[0]),\(parts[1]),"
            bare = parts[2...].joined(separator: ",")
        }
    }

    let user: String
    let serverFirst: String
    private let first: ClientFirst
    private let credentials: SCRAMCredentials
    private let nonce: String

    init(_ first: ClientFirst, _ credentials: SCRAMCredentials, serverNonce: String) {
        self.first = first
        self.credentials = credentials
        user = first.user
        nonce = first.nonce + serverNonce
        serverFirst = "r=\(nonce),s=\(Base64.encode(credentials.salt)),i=\(credentials.iterations)"
    }

    /// Looks at the client's last message; gives the server's last one if the proof is right.
    func verify(_ message: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: message, as: UTF8.self), let place = text.ranges(of: ",p=").first else {
            return nil
        }
        let withoutProof = String(text[..<place.lowerBound])
        let parts = withoutProof.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "c=" + Base64.encode(Array(first.header.utf8)),
            parts[1] == "r=" + nonce, let proof = Base64.decode(text[place.upperBound...].utf8),
            proof.count == credentials.storedKey.count
        else { return nil }
        let transcript = Array("\(first.bare),\(serverFirst),\(withoutProof)".utf8)
        let signature = SCRAMCredentials.hmac(transcript, credentials.storedKey)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        // All octets are compared, so that the time tells nothing.
        let difference = zip(SCRAMCredentials.hash(clientKey), credentials.storedKey).reduce(UInt8(0)) {
            $0 | ($1.0 ^ $1.1)
        }
        guard difference == 0 else { return nil }
        return Array("v=\(Base64.encode(SCRAMCredentials.hmac(transcript, credentials.serverKey)))".utf8)
    }

    /// A name in which `=2C` stands for a comma and `=3D` for an equals sign.
    private static func name(_ text: Substring) -> String? {
        guard (1...SASLExchange.longestText).contains(text.utf8.count) else { return nil }
        var name = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "=" else {
                name.append(character)
                continue
            }
            switch rest.prefix(2) {
            case "2C": name.append(",")
            case "3D": name.append("=")
            default: return nil
            }
            rest = rest.dropFirst(2)
        }
        return name
    }
}

import Bytes

/// How a part signs or encrypts what it holds; nothing is checked or opened here.
public enum Protection: Sendable, Hashable {
    /// A multipart/signed (RFC 1847, section 2.1): the signature's type, the digest's name, the places of the signed
    /// part and of the signature.
    case signed(protocol: String?, digest: String?, content: Int?, signature: Int?)
    /// A multipart/encrypted (RFC 1847, section 2.2): the encryption's type and the place of the encrypted part.
    case encrypted(protocol: String?, content: Int?)
    /// An S/MIME body, which may be signed, encrypted, compressed or hold certificates only (RFC 8551, section 3.2.2).
    case smime(type: String?)
    /// Text in OpenPGP armor, by the word in its first line: `MESSAGE`, `SIGNED MESSAGE`, … (RFC 4880, section 6.2).
    case armor(String)
}

extension Part {
    /// How the part signs or encrypts what it holds; `nil` if it does neither.
    public var protection: Protection? {
        let type = mediaType
        let own = children
        func child(_ place: Int) -> Int? { place < own.count ? own[place] : nil }
        switch (type.type, type.subtype) {
        case ("multipart", "signed"):
            return .signed(
                protocol: type.parameters["protocol"]?.lowercased(), digest: type.parameters["micalg"]?.lowercased(),
                content: child(0), signature: child(1))
        case ("multipart", "encrypted"):
            return .encrypted(protocol: type.parameters["protocol"]?.lowercased(), content: child(1))
        case ("application", "pkcs7-mime"), ("application", "x-pkcs7-mime"):
            return .smime(type: type.parameters["smime-type"]?.lowercased())
        case ("text", _): return armor
        default: return nil
        }
    }

    /// Whether the part is the signature or the control information of a container, and so nothing that a user would save.
    var isProtectionControl: Bool {
        guard let parent else { return false }
        let container = Part(tree: tree, index: parent)
        guard container.isMultipart, !isMultipart else { return false }
        let outer = container.mediaType
        guard outer.subtype == "signed" || outer.subtype == "encrypted" else { return false }
        return Self.controls.contains(mediaType.essence)
    }

    private static let controls: Set<String> = [
        "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
        "application/pgp-encrypted",
    ]

    /// Octets of a text that are looked at: armor comes first, behind a few lines at most.
    private static let armorWindow = 4_096

    private var armor: Protection? {
        octets.withUnsafeBytes(in: bodyRange) { body in
            let window = body.part(0..<Self.armorWindow)
            var position = 0
            while position < window.count {
                let end = window.firstOffset(of: ASCII.lineFeed, from: position) ?? window.count
                let line = window.part(position..<end).trimmed
                position = end + 1
                guard line.hasPrefixIgnoringCase("-----begin pgp "), line.count > 20 else { continue }
                return .armor(String(decoding: line.part(15..<(line.count - 5)), as: UTF8.self))
            }
            return nil
        }
    }
}

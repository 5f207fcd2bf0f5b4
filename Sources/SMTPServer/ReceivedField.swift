import Addressing
import Bytes
import SMTP
import StageKit

/// The trace field that a server puts before a message it accepts (RFC 5321, section 4.4).
enum ReceivedField {
    /// The field with its line ends.
    ///
    /// The recipient is named only where it is the only one, so that nobody learns of the others.
    static func text(for message: Message, hostName: String) -> String {
        let name = confirmedName(of: message).map { shown($0, isInternationalized: false) + " " } ?? ""
        let literal = AddressLiteral(address: message.client.address).map { " (\(name)\($0))" } ?? ""
        let isInternationalized = message.client.transport.hasPrefix("UTF8")
        let hello = shown(message.client.helo, isInternationalized: isInternationalized)
        var text = "Received: from \(hello)\(literal)\r\n"
        text += "\tby \(hostName) with \(message.client.transport) id \(message.id)"
        if message.recipients.count == 1, let recipient = message.recipients.first {
            text += "\r\n\tfor <\(recipient.address)>"
        }
        // RFC 8314, section 4.3, registers the clause.
        if let tls = message.client.tls { text += "\r\n\ttls \(tls.cipher) (\(tls.version))" }
        return text + ";\r\n\t\(DateTime(message.received))\r\n"
    }

    /// What the reverse DNS of the client's address says, if its name has the address.
    private static let reverseName = Fact<String>("iprev.name", "The client's confirmed name; empty if it has none.")

    /// The client's name in the DNS: as a stage has found, or as a trusted client says.
    private static func confirmedName(of message: Message) -> String? {
        if let found = message.facts[reverseName], !found.isEmpty { return found }
        return message.client.name
    }

    /// The name without what could end a token or begin a comment: it is the client's word.
    private static func shown(_ hello: String, isInternationalized: Bool) -> String {
        // Most names are plain, and need no look at Unicode's tables.
        if hello.utf8.allSatisfy(isPlain) { return hello }
        let kept = hello.unicodeScalars.map { scalar -> Unicode.Scalar in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            let isLetter = isInternationalized && scalar.value > 0x9F && scalar.properties.isAlphabetic
            return isPlain || isLetter || ".-_:[]".unicodeScalars.contains(scalar) ? scalar : "?"
        }
        return String(String.UnicodeScalarView(kept))
    }
    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF) || octet == UInt8(ascii: ".")
            || octet == UInt8(ascii: "-")
    }
}

import MIME
package import StageKit

/// The facts about a message's structure.
package enum MIMEFacts {
    package static let parts = Fact<Int>("mime.parts", "How many parts the message has, containers included.")
    package static let attachments = Fact<Int>(
        "mime.attachments", "How many files came with it, those in winmail.dat and uuencoded ones included.")
    package static let names = Fact<[String]>("mime.names", "The names of all files, wherever they stand.")
    package static let types = Fact<[String]>(
        "mime.types", "The media types of its parts, each once, such as text/html.")
    package static let hasHTML = Fact<Bool>("mime.has-html", "Whether it has an HTML body.")
    package static let isSigned = Fact<Bool>(
        "mime.is-signed", "Whether a part says that it is signed; nothing is checked.")
    package static let isEncrypted = Fact<Bool>("mime.is-encrypted", "Whether a part says that it is encrypted.")
    package static let report = Fact<String>(
        "mime.report-type", "The kind of a report, such as delivery-status; empty if it is none.")
    package static let defects = Fact<[String]>("mime.defects", "The kinds of what is malformed in it, each once.")

    static func add(to derivation: inout Derivation) {
        derivation.add(parts) { $0.parts.count }
        derivation.add(attachments) { $0.fileOverview.count }
        derivation.add(names) { $0.fileOverview.names }
        derivation.add(types) { $0.parts.map(\.mediaType.essence).eachOnce() }
        derivation.add(hasHTML) { $0.hasHTML }
        derivation.add(isSigned) { $0.parts.lazy.compactMap(\.protection).contains(where: isSignature) }
        derivation.add(isEncrypted) { $0.parts.lazy.compactMap(\.protection).contains(where: isEncryption) }
        derivation.add(report) { $0.report?.kind ?? "" }
        derivation.add(defects) { $0.defects.map(\.kind.rawValue).eachOnce() }
    }

    private static func isSignature(_ protection: Protection) -> Bool {
        switch protection {
        case .signed, .smime(type: "signed-data"), .armor("SIGNED MESSAGE"), .armor("SIGNATURE"): true
        default: false
        }
    }

    private static func isEncryption(_ protection: Protection) -> Bool {
        switch protection {
        // An S/MIME body that does not say what it is is an encrypted one (RFC 8551, section 3.2.2).
        case .encrypted, .smime(type: nil), .smime(type: "enveloped-data"), .smime(type: "authenveloped-data"),
            .armor("MESSAGE"):
            true
        default: false
        }
    }
}

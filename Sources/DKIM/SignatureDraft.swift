/// A signature's field before the signature is known: everything around the value of the tag `b`.
///
/// The folds before and behind the value do not depend on it, so that the `simple` form can be signed, too.
package struct SignatureDraft: Sendable {
    /// The longest line, without its end (RFC 5322, section 2.1.1).
    package static let lineLength = 78

    /// How many characters of a signature stand in one line, `b=` included.
    package static let signatureLength = 72

    private let before: String
    private let after: String

    /// A field of tags in their order, of which `b` has no value yet.
    package init(_ name: String, _ tags: [(name: String, value: String)]) {
        var text = "\(name):"
        var column = text.utf8.count
        var before: String?
        for (index, tag) in tags.enumerated() {
            let isLast = index == tags.count - 1
            if tag.name == "b" {
                before = text + "\r\n\tb="
                text = isLast ? "" : ";"
                column = Self.lineLength
                continue
            }
            for piece in Self.pieces(tag, isLast: isLast) {
                let isStart = piece.hasPrefix("\(tag.name)=")
                if column + piece.utf8.count + 1 > Self.lineLength {
                    text += "\r\n\t\(piece)"
                    column = 1 + piece.utf8.count
                } else {
                    text += isStart ? " \(piece)" : piece
                    column += piece.utf8.count + (isStart ? 1 : 0)
                }
            }
        }
        self.before = before ?? text
        after = before == nil ? "" : text
    }

    /// A tag with its semicolon, cut where it may be folded: lists of names behind a colon.
    private static func pieces(_ tag: (name: String, value: String), isLast: Bool) -> [String] {
        var text = "\(tag.name)=\(tag.value)"
        if !isLast { text += ";" }
        guard tag.name == "h", text.utf8.count >= lineLength - 1 else { return [text] }
        var pieces = [""]
        for word in text.split(separator: ":", omittingEmptySubsequences: false) {
            if let last = pieces.last, !last.isEmpty, last.utf8.count + word.utf8.count + 2 > lineLength - 8 {
                pieces.append("")
            }
            pieces[pieces.count - 1] += "\(word):"
        }
        pieces[pieces.count - 1].removeLast()
        return pieces
    }

    /// What is signed of the field itself: all of it without the signature and without its line end.
    package var unsigned: [UInt8] { Array((before + after).utf8) }

    /// The field with its signature, folded so that a line has so many characters of it, and its line end.
    package func completed(_ signature: [UInt8], folding length: Int = signatureLength) -> String {
        var value = ""
        var rest = Base64.encode(signature)[...]
        while !rest.isEmpty {
            let count = value.isEmpty ? length - 2 : length
            value += (value.isEmpty ? "" : "\r\n\t") + rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        return before + value + after + "\r\n"
    }
}

/// Reads fields of message ids: `<a@b> <c@d>` (RFC 5322, section 3.6.4).
enum MessageIDParser {
    /// The ids in order, without angle brackets and blanks; words without brackets count if they hold an at sign or stand alone.
    static func ids(_ value: UnsafeRawBufferPointer) -> [String] {
        var cursor = Cursor(value)
        var bracketed: [String] = []
        var loose: [String] = []
        while let octet = cursor.current {
            switch octet {
            case ASCII.openParenthesis: _ = cursor.takeComment()
            case ASCII.less:
                cursor.position += 1
                let content = cursor.take { $0 != ASCII.greater && $0 != ASCII.less }
                _ = cursor.skip(ASCII.greater)
                append(content, to: &bracketed)
            case _ where octet <= ASCII.space || octet == ASCII.comma || octet == ASCII.greater: cursor.position += 1
            default:
                append(
                    cursor.take {
                        $0 > ASCII.space && $0 != ASCII.less && $0 != ASCII.comma && $0 != ASCII.openParenthesis
                    },
                    to: &loose)
            }
        }
        if !bracketed.isEmpty { return bracketed }
        let addresses = loose.filter { $0.utf8.contains(ASCII.at) }
        return addresses.isEmpty && loose.count == 1 ? loose : addresses
    }

    private static func append(_ content: UnsafeRawBufferPointer, to ids: inout [String]) {
        let id =
            content.contains(where: { ASCII.isBlank($0) || $0 == ASCII.openParenthesis })
            ? withoutComments(content) : Array(content)
        guard !id.isEmpty else { return }
        ids.append(id.withUnsafeBytes(Charset.guess))
    }

    /// An id without the blanks and comments of the obsolete syntax (RFC 5322, section 4.5.4).
    private static func withoutComments(_ content: UnsafeRawBufferPointer) -> [UInt8] {
        var cursor = Cursor(content)
        var id: [UInt8] = []
        while let octet = cursor.current {
            if octet == ASCII.openParenthesis {
                _ = cursor.takeComment()
            } else {
                if !ASCII.isBlank(octet) { id.append(octet) }
                cursor.position += 1
            }
        }
        return id
    }
}

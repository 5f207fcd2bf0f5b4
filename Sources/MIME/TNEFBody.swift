/// The text of the message that a TNEF container was made of, in up to three forms (MS-OXCMSG, section 2.2.1.58).
struct TNEFBody {
    /// As plain text.
    var plain: [UInt8] = []
    /// The charset of the container, in which its octets are.
    var charset = Charset.windows1252
    private var isUnicode = false
    private var html: [UInt8] = []
    private var compressedRTF: [UInt8] = []
    /// The charset of the HTML (MS-OXPROPS: PidTagInternetCodepage).
    private var htmlCharset: Charset?

    /// Takes the texts among the properties of a message.
    mutating func read(_ properties: consuming TNEFProperties) {
        while let property = properties.next() {
            switch property.id {
            case TNEFProperties.plainBody:
                plain = Array(property.value)
                isUnicode = property.isUnicode
            case TNEFProperties.htmlBody:
                html = Array(property.value)
                if property.isUnicode { htmlCharset = .utf16(isBigEndian: false) }
            case TNEFProperties.compressedRTF: compressedRTF = Array(property.value)
            case TNEFProperties.codePage:
                var reader = LittleEndianReader(property.value)
                let number = reader.number(UInt32.self)
                htmlCharset = htmlCharset ?? number.map { Charset(codePage: Int($0)) }
            default: break
            }
        }
    }

    /// The text: the plain one, or what can be read in the HTML or the RTF; `nil` if none of them says anything.
    ///
    /// RTF unpacks to a multiple of itself, so its text ends at `limit` octets.
    func text(limit: Int) -> String? {
        let readings = [
            { Self.ended((isUnicode ? .utf16(isBigEndian: false) : charset).decode(plain)) },
            { HTMLText.text(fromHTML: Self.ended((htmlCharset ?? charset).decode(html))) },
            { RTFText.text(of: CompressedRTF(compressedRTF), charset: charset, limit: limit) },
        ]
        for reading in readings {
            let text = reading()
            if text.utf8.contains(where: { !ASCII.isBlank($0) }) { return text }
        }
        return nil
    }

    /// A text up to the zero that ends it.
    private static func ended(_ text: String) -> String { String(text.unicodeScalars.prefix { $0 != "\0" }) }
}

extension Part {
    /// The text of the message in a TNEF container; `nil` if the part is none or has none.
    var tnefText: String? {
        guard children.isEmpty, !isMultipart, TNEF.isDeclared(mediaType, filename) else { return nil }
        let container = decoded()
        return TNEF(container)?.body.text(limit: container.count * tree.limits.expansion)
    }
}

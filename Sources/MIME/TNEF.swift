/// A container of Outlook's (MS-OXTNEF), which holds attachments and texts under one name, mostly `winmail.dat`.
struct TNEF {
    /// A file in the container.
    struct File {
        var name: String?
        var content: [UInt8] = []
        var type: MediaType?
        var contentID: String?
    }

    /// The first four octets, little-endian (MS-OXTNEF, section 2.1.3.1).
    private static let signature: UInt32 = 0x223E_9F78
    /// Files that are unpacked: a mail of hundreds is no mail, and each costs memory of its own.
    private static let fileLimit = 1_000

    /// The attributes that matter (MS-OXTNEF, section 2.1.3.2).
    private enum Attribute {
        static let codePage: UInt32 = 0x0006_9007
        static let body: UInt32 = 0x0002_800C
        static let messageProperties: UInt32 = 0x0006_9003
        static let attachmentStart: UInt32 = 0x0006_9002
        static let attachmentTitle: UInt32 = 0x0001_8010
        static let attachmentData: UInt32 = 0x0006_800F
        static let attachmentProperties: UInt32 = 0x0006_9005
    }

    /// The files, in order.
    private(set) var files: [File] = []
    /// The message's own texts.
    private(set) var body = TNEFBody()
    private var charset = Charset.windows1252 {
        didSet { body.charset = charset }
    }

    /// Whether a part says that it is such a container.
    static func isDeclared(_ type: MediaType, _ filename: String?) -> Bool {
        if type.type == "application", type.subtype == "ms-tnef" || type.subtype == "vnd.ms-tnef" { return true }
        return filename?.lowercased() == "winmail.dat"
    }

    /// Unpacks a container; `nil` if it is none.
    ///
    /// A damaged one gives the files before the damage.
    init?(_ octets: [UInt8]) {
        let isContainer = octets.withUnsafeBytes { bytes in
            var reader = LittleEndianReader(bytes)
            guard reader.number(UInt32.self) == Self.signature, reader.number(UInt16.self) != nil else { return false }
            while readAttribute(&reader) {}
            return true
        }
        guard isContainer else { return nil }
    }

    /// Reads a level, a tag, a length, the data and a checksum (MS-OXTNEF, section 2.1.3.3).
    private mutating func readAttribute(_ reader: inout LittleEndianReader) -> Bool {
        guard reader.number(UInt8.self) != nil, let tag = reader.number(UInt32.self),
            let length = reader.number(UInt32.self), let data = reader.octets(Int(length))
        else { return false }
        switch tag {
        case Attribute.codePage:
            var numbers = LittleEndianReader(data)
            if let number = numbers.number(UInt32.self) { charset = Charset(codePage: Int(number)) }
        case Attribute.body: body.plain = Array(data)
        case Attribute.messageProperties: body.read(TNEFProperties(data))
        case Attribute.attachmentStart:
            guard files.count < Self.fileLimit else { return false }
            files.append(File())
        case Attribute.attachmentTitle where !files.isEmpty:
            let title = text(data)
            files[files.count - 1].name = files[files.count - 1].name ?? title
        case Attribute.attachmentData where !files.isEmpty: files[files.count - 1].content = Array(data)
        case Attribute.attachmentProperties: readProperties(data)
        default: break
        }
        return reader.number(UInt16.self) != nil
    }

    private mutating func readProperties(_ data: UnsafeRawBufferPointer) {
        guard var file = files.popLast() else { return }
        var properties = TNEFProperties(data)
        while let property = properties.next() {
            switch property.id {
            case TNEFProperties.longFilename: file.name = text(property)
            case TNEFProperties.filename: file.name = file.name ?? text(property)
            case TNEFProperties.mimeType:
                file.type = Array(text(property).utf8).withUnsafeBytes { MediaType(parsing: $0, limits: .standard) }
            case TNEFProperties.contentID: file.contentID = text(property)
            case TNEFProperties.content where file.content.isEmpty: file.content = Array(property.value)
            default: break
            }
        }
        files.append(file)
    }

    private func text(_ property: TNEFProperties.Property) -> String {
        guard property.isUnicode else { return text(property.value) }
        return Self.ended(UTF16Text.decode(property.value, isBigEndian: false))
    }

    private func text(_ octets: UnsafeRawBufferPointer) -> String { Self.ended(charset.decode(octets)) }

    /// A text up to the zero that ends it.
    private static func ended(_ text: String) -> String {
        String(text.unicodeScalars.prefix { $0 != "\0" })
    }
}

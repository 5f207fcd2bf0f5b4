import Bytes

/// Looks for defects that parsing does not need to see.
struct Audit {
    /// Longest line without its end (RFC 5322, section 2.1.1).
    private static let lineLimit = 998

    let limit: Int
    var found: [Defect]

    private mutating func report(_ kind: Defect.Kind, at offset: Int) {
        guard found.count < limit else { return }
        found.append(Defect(kind: kind, offset: offset))
    }

    /// Looks at octets and line ends; of each kind the first place is reported.
    mutating func lines(of bytes: UnsafeRawBufferPointer) {
        if let offset = bytes.firstOffset(of: ASCII.nul) { report(.nul, at: offset) }
        var position = 0
        var firstBareFeed: Int?
        var hasPair = false
        var hasLongLine = false
        while position < bytes.count {
            let feed = bytes.firstOffset(of: ASCII.lineFeed, from: position)
            let end = feed ?? bytes.count
            let isPair = feed != nil && end > position && bytes[end - 1] == ASCII.carriageReturn
            if isPair { hasPair = true } else if feed != nil { firstBareFeed = firstBareFeed ?? end }
            if !hasLongLine, end - position - (isPair ? 1 : 0) > Self.lineLimit {
                hasLongLine = true
                report(.longLine, at: position)
            }
            position = end + 1
        }
        // Stored mail often has line feeds alone throughout; the mixture is what readers disagree on.
        if hasPair, let firstBareFeed { report(.bareLineFeed, at: firstBareFeed) }
        if let offset = Self.firstBareReturn(bytes) { report(.bareCarriageReturn, at: offset) }
    }

    private static func firstBareReturn(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var position = 0
        while let found = bytes.firstOffset(of: ASCII.carriageReturn, from: position) {
            guard found + 1 < bytes.count, bytes[found + 1] == ASCII.lineFeed else { return found }
            position = found + 2
        }
        return nil
    }

    /// Looks at a part's header.
    mutating func header(of part: Part, limits: ParsingLimits) {
        for field in part.header.fields {
            let isRaw = field.withValue { value in
                !value.isASCII && String(validating: value, as: UTF8.self) == nil
            }
            if isRaw { report(.rawOctetsInHeader, at: field.range.lowerBound) }
            guard field.record.known == .contentType || field.record.known == .contentDisposition else { continue }
            let media = field.withValue { ParameterParser.media($0, limits: limits) }
            if media.hasDuplicate { report(.duplicateParameter, at: field.range.lowerBound) }
            if media.isCut { report(.tooManyParameters, at: field.range.lowerBound) }
            if media.hasDamage { report(.malformedParameter, at: field.range.lowerBound) }
        }
    }

    /// Looks at a part's body in its encoding.
    mutating func body(of part: Part) {
        guard !part.isMultipart, part.children.isEmpty else { return }
        let (start, encoding) = (part.bodyRange.lowerBound, part.transferEncoding)
        part.octets.withUnsafeBytes(in: part.bodyRange) { body in
            switch encoding {
            case .base64:
                let damage = Base64.damage(of: body)
                if let stray = damage.stray { report(.badBase64, at: start + stray) }
                if let offset = damage.afterPadding { report(.base64AfterPadding, at: start + offset) }
                // Only of a text is the content looked at.
                guard part.mediaType.type == "text" else { return }
                Base64.decode(body).withUnsafeBytes { text(of: part, encoding, body, content: $0) }
            case .quotedPrintable:
                var error: Int?
                let content = QuotedPrintable.decode(body, firstError: &error)
                if let error { report(.badQuotedPrintable, at: start + error) }
                content.withUnsafeBytes { text(of: part, encoding, body, content: $0) }
            case .uuencode: UUEncoding.decode(body).withUnsafeBytes { text(of: part, encoding, body, content: $0) }
            case .sevenBit:
                if !body.isASCII { report(.rawOctetsInBody, at: start) }
                text(of: part, encoding, body, content: body)
            case .eightBit, .binary, .unknown: text(of: part, encoding, body, content: body)
            }
        }
        presence(of: part)
    }

    /// Looks at parts whose content is not where filters look for it.
    private mutating func presence(of part: Part) {
        let offset = part.headerRange.lowerBound
        if part.fragment != nil { report(.fragment, at: offset) }
        if part.externalBody != nil { report(.externalBody, at: offset) }
        if TNEF.isDeclared(part.mediaType, part.filename) { report(.tnef, at: offset) }
    }

    private mutating func text(
        of part: Part, _ encoding: TransferEncoding, _ body: UnsafeRawBufferPointer, content: UnsafeRawBufferPointer
    ) {
        let type = part.mediaType
        guard type.type == "text" else { return }
        if let label = type.parameters["charset"] {
            if part.charset == .unknown, !Charset.isKnown(label) {
                report(.unknownCharset, at: part.headerRange.lowerBound)
            } else if CharsetLies.isWrong(part.charset, content) {
                report(.wrongCharset, at: part.bodyRange.lowerBound)
            }
        }
        if encoding != .uuencode, let file = UUEncoding.firstFile(in: body) {
            report(.embeddedUUEncoding, at: part.bodyRange.lowerBound + file.range.lowerBound)
        }
    }
}

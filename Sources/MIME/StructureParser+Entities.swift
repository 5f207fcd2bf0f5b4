import Bytes

extension StructureParser {
    /// Reads the header at an offset, and the headers of messages within, and returns where the body starts.
    mutating func openEntity(at start: Int, parent: Int?, isDigest: Bool) -> Int {
        var (position, parent, isDigest) = (start, parent, isDigest)
        while true {
            guard parts.count < limits.parts else {
                report(.tooManyParts, at: position)
                return position
            }
            let read = parseHeader(at: position, isRoot: parent == nil || isMessage(parent))
            let bodyStart = read.body
            var content = classify(read.fields, isMessageByDefault: isDigest)
            if content.kind == .message, !startsWithField(at: bodyStart), delimiter(at: bodyStart) == nil {
                report(.missingHeader, at: bodyStart)
                content.kind = .leaf
            }
            let part = parts.count
            parts.append(
                PartRecord(
                    parent: parent, source: source, fields: read.fields, header: read.header, headerEnd: read.end,
                    body: bodyStart..<bodyStart, content: content.kind, description: content.description,
                    isMessageByDefault: isDigest, subtreeEnd: part + 1))
            open.append(part)
            if let boundary = content.boundary {
                frames.append(Frame(depth: open.count, boundary: boundary, isDigest: content.isDigest))
            }
            guard content.kind == .message, bodyStart < bytes.count, delimiter(at: bodyStart) == nil else {
                return bodyStart
            }
            (position, parent, isDigest) = (bodyStart, part, false)
        }
    }

    private func isMessage(_ part: Int?) -> Bool {
        guard let part else { return false }
        return parts[part].content == .message || parts[part].content == .encodedMessage
    }

    private struct Classified {
        var kind: PartRecord.Content = .leaf
        var boundary: [UInt8]?
        var isDigest = false
        var description = PartDescription()
    }

    /// Reads what a header says of its body, and decides by type and transfer encoding whether the part holds others.
    private mutating func classify(_ range: Range<Int>, isMessageByDefault: Bool) -> Classified {
        var result = Classified()
        var type: FieldRecord?
        var encoding: FieldRecord?
        var disposition: FieldRecord?
        for field in fields[range] {
            switch field.known {
            case .contentType: type = type ?? field
            case .contentTransferEncoding: encoding = encoding ?? field
            case .contentDisposition: disposition = disposition ?? field
            default: break
            }
        }
        if let disposition {
            result.description.disposition = Disposition(parsing: bytes.part(disposition.value), limits: limits)
        }
        if let encoding { result.description.encoding = checkEncoding(range, encoding) }
        guard let type else {
            if isMessageByDefault { classifyMessage(encoding, &result, at: range) }
            return result
        }
        let value = bytes.part(type.value)
        let media = ParameterParser.media(value, limits: limits)
        result.description.mediaType = MediaType(media)
        if let label = result.description.mediaType?.parameters["charset"] {
            result.description.charset = Charset(label: label)
        }
        let start = value.trimmed
        if start.hasPrefixIgnoringCase("multipart"), media.type == "multipart" {
            classifyMultipart(media, &result, at: type.name.lowerBound)
        } else if start.hasPrefixIgnoringCase("message"), media.isMessage {
            classifyMessage(encoding, &result, at: range)
        }
        return result
    }

    private mutating func classifyMultipart(
        _ media: ParameterParser.Media, _ result: inout Classified, at offset: Int
    ) {
        if result.description.encoding.isEncoded { report(.encodedContainer, at: offset) }
        guard open.count + outerDepth < limits.depth else { return report(.tooDeep, at: offset) }
        result.kind = .multipart
        guard let boundary = media.boundary, !boundary.isEmpty else { return report(.missingBoundary, at: offset) }
        if !Self.isRegular(boundary) { report(.oddBoundary, at: offset) }
        if frames.contains(where: { $0.boundary == boundary }) { report(.repeatedBoundary, at: offset) }
        result.boundary = boundary
        result.isDigest = media.subtype == "digest"
    }

    private mutating func classifyMessage(
        _ encoding: FieldRecord?, _ result: inout Classified, at range: Range<Int>
    ) {
        let offset = range.isEmpty ? bytes.count : fields[range.lowerBound].name.lowerBound
        guard open.count + outerDepth < limits.depth else { return report(.tooDeep, at: offset) }
        result.kind = .message
        guard result.description.encoding.isEncoded, let encoding else { return }
        report(.encodedContainer, at: encoding.name.lowerBound)
        result.kind = .encodedMessage
    }

    /// Reads how the body is encoded; reports encodings that disagree or that nobody knows.
    private mutating func checkEncoding(_ range: Range<Int>, _ first: FieldRecord) -> TransferEncoding {
        let encoding = TransferEncoding(parsing: bytes.part(first.value))
        for field in fields[range] where field.known == .contentTransferEncoding && field.name != first.name {
            if TransferEncoding(parsing: bytes.part(field.value)) != encoding {
                report(.conflictingEncodings, at: field.name.lowerBound)
            }
        }
        if case .unknown = encoding { report(.unknownEncoding, at: first.name.lowerBound) }
        return encoding
    }

    /// Whether a boundary follows RFC 2046, section 5.1.1: one to seventy octets of `bchars`, no space at the end.
    private static func isRegular(_ boundary: [UInt8]) -> Bool {
        boundary.count <= 70 && boundary.last != ASCII.space
            && boundary.allSatisfy { octet in
                ASCII.isLetter(octet) || ASCII.isDigit(octet) || "'()+_,-./:=? ".utf8.contains(octet)
            }
    }

    /// Decodes a message that was encoded against the rule (RFC 2046, section 5.2.1), and reads it as a source of its own.
    mutating func parseEncodedMessage(_ part: Int) {
        let record = parts[part]
        let body = bytes.part(record.body)
        decodedOctets += body.count
        guard decodedOctets <= min(limits.decodedOctets, sources[0].count * limits.expansion) else {
            report(.tooMuchEncoded, at: record.body.lowerBound)
            return
        }
        let inner = Octets(record.description.encoding.decode(body))
        sources.append(inner)
        let saved = (source, bytes, frames, open, outerDepth, container)
        outerDepth += open.count + 1
        source = sources.count - 1
        container = container ?? record.body.lowerBound
        (frames, open) = ([], [])
        inner.withUnsafeBytes { buffer in
            bytes = buffer
            parseSource(parent: part)
        }
        (source, bytes, frames, open, outerDepth, container) = saved
    }
}

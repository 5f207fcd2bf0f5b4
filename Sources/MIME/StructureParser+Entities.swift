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
            let (fields, header, bodyStart) = parseHeader(at: position, isRoot: parent == nil || isMessage(parent))
            var content = classify(fields, isMessageByDefault: isDigest)
            if content.kind == .message, !startsWithField(at: bodyStart), delimiter(at: bodyStart) == nil {
                report(.missingHeader, at: bodyStart)
                content = Classified()
            }
            let part = parts.count
            parts.append(
                PartRecord(
                    parent: parent, source: source, fields: fields, header: header, body: bodyStart..<bodyStart,
                    content: content.kind, isMessageByDefault: isDigest, subtreeEnd: part + 1))
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
    }

    /// Decides by content type and transfer encoding whether a part holds others.
    private mutating func classify(_ range: Range<Int>, isMessageByDefault: Bool) -> Classified {
        var type: FieldRecord?
        var encoding: FieldRecord?
        for field in fields[range] {
            switch field.known {
            case .contentType where type == nil: type = field
            case .contentTransferEncoding where encoding == nil: encoding = field
            default: break
            }
        }
        let isEncoded = checkEncoding(range, encoding)
        guard let type else {
            return isMessageByDefault ? classifyMessage(encoding, isEncoded, at: range) : Classified()
        }
        let value = bytes.part(type.value).trimmed
        if value.hasPrefixIgnoringCase("multipart") {
            return classifyMultipart(value, at: type.name.lowerBound, isEncoded: isEncoded)
        }
        guard value.hasPrefixIgnoringCase("message") else { return Classified() }
        let media = ParameterParser.media(value, limits: limits)
        guard media.isMessage else { return Classified() }
        return classifyMessage(encoding, isEncoded, at: range)
    }

    private mutating func classifyMultipart(
        _ value: UnsafeRawBufferPointer, at offset: Int, isEncoded: Bool
    ) -> Classified {
        let media = ParameterParser.media(value, limits: limits)
        guard media.type == "multipart" else { return Classified() }
        if isEncoded { report(.encodedContainer, at: offset) }
        guard open.count + outerDepth < limits.depth else {
            report(.tooDeep, at: offset)
            return Classified()
        }
        guard let boundary = media.boundary, !boundary.isEmpty else {
            report(.missingBoundary, at: offset)
            return Classified(kind: .multipart)
        }
        if !Self.isRegular(boundary) { report(.oddBoundary, at: offset) }
        if frames.contains(where: { $0.boundary == boundary }) { report(.repeatedBoundary, at: offset) }
        return Classified(kind: .multipart, boundary: boundary, isDigest: media.subtype == "digest")
    }

    private mutating func classifyMessage(
        _ encoding: FieldRecord?, _ isEncoded: Bool, at range: Range<Int>
    ) -> Classified {
        let offset = range.isEmpty ? bytes.count : fields[range.lowerBound].name.lowerBound
        guard open.count + outerDepth < limits.depth else {
            report(.tooDeep, at: offset)
            return Classified()
        }
        guard isEncoded, let encoding else { return Classified(kind: .message) }
        report(.encodedContainer, at: encoding.name.lowerBound)
        return Classified(kind: .encodedMessage)
    }

    /// Whether the body is encoded; reports encodings that disagree or that nobody knows.
    private mutating func checkEncoding(_ range: Range<Int>, _ first: FieldRecord?) -> Bool {
        guard let first else { return false }
        let encoding = TransferEncoding(parsing: bytes.part(first.value))
        for field in fields[range] where field.known == .contentTransferEncoding {
            if TransferEncoding(parsing: bytes.part(field.value)) != encoding {
                report(.conflictingEncodings, at: field.name.lowerBound)
            }
        }
        if case .unknown = encoding { report(.unknownEncoding, at: first.name.lowerBound) }
        return encoding.isEncoded
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
        let encoding = encoding(of: record.fields)
        let inner = Octets(encoding.decode(body))
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

    private func encoding(of range: Range<Int>) -> TransferEncoding {
        guard let field = fields[range].first(where: { $0.known == .contentTransferEncoding }) else {
            return .sevenBit
        }
        return TransferEncoding(parsing: bytes.part(field.value))
    }
}

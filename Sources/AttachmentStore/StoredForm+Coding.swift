package import Bytes

// On disk; never renumber.
//
// | octets | what |
// |---|---|
// | 1 | version: 1 |
// | … | pieces, each one of the three below |
// | 4 | CRC-32C of all before, little endian |
//
// | piece | octets | what |
// |---|---|---|
// | literal | 1 | kind: 0 |
// | | varint | count of octets |
// | | count | the octets |
// | verbatim reference | 1 | kind: 1 |
// | | 32 | SHA-256 of the content |
// | | varint | the content's octets |
// | base64 reference | 1 | kind: 2 |
// | | 32 | SHA-256 of the content |
// | | varint | the content's octets |
// | | varint | digits of a full line; 0: one line |
// | | 1 | line end: 1 LF, 2 CRLF |
//
// A varint is an unsigned number, seven bits an octet, lowest first, the high bit set on all octets but the last.

private let version: UInt8 = 1
private let checksumLength = 4

private enum Kind: UInt8 {
    case literal = 0
    case verbatim = 1
    case base64 = 2
}

extension StoredForm {
    /// The largest message that a stored form may stand for: far above any mail, and small enough to hold in memory.
    ///
    /// A damaged form must not make us ask for petabytes.
    package static let largestMessage = 1 << 31

    /// The form's octets.
    package var encoded: [UInt8] {
        var writer = FormWriter()
        writer.append(version)
        for piece in pieces {
            switch piece {
            case .literal(let octets):
                writer.append(Kind.literal.rawValue)
                writer.append(varint: octets.count)
                writer.octets += octets
            case .reference(let reference):
                writer.append(reference)
            }
        }
        writer.finish()
        return writer.octets
    }

    /// The octets of the form of a message without references, made with a single copy.
    package static func encoded(literal octets: Octets) -> [UInt8] {
        var writer = FormWriter()
        writer.octets.reserveCapacity(octets.count + 16)
        writer.append(version)
        writer.append(Kind.literal.rawValue)
        writer.append(varint: octets.count)
        octets.withUnsafeBytes { writer.octets += $0 }
        writer.finish()
        return writer.octets
    }

    /// Reads a form's octets.
    ///
    /// - Throws: ``AttachmentStoreError/damagedForm(_:)`` if they are not what ``encoded`` makes.
    package init(decoding octets: [UInt8]) throws(AttachmentStoreError) {
        guard octets.count > checksumLength else { throw .damagedForm("has \(octets.count) octets, too few") }
        let end = octets.count - checksumLength
        let (expected, found) = octets.withUnsafeBytes { bytes in
            (
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self)),
                CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            )
        }
        guard expected == found else { throw .damagedForm("does not match its checksum") }
        var reader = FormReader(octets: octets[..<end])
        guard octets[0] == version else {
            throw .damagedForm("has version \(octets[0]), newer than \(version), the newest known here")
        }
        reader.position = 1
        pieces = []
        var size = 0
        while reader.position < end {
            guard let piece = reader.piece() else {
                throw .damagedForm("has no readable piece at octet \(reader.position)")
            }
            size += StoredForm(pieces: [piece]).size
            guard size <= Self.largestMessage else { throw .damagedForm("stands for a message that is too large") }
            pieces.append(piece)
        }
    }
}

private struct FormWriter {
    var octets: [UInt8] = []

    mutating func append(_ octet: UInt8) { octets.append(octet) }

    /// Puts the checksum behind everything.
    mutating func finish() {
        let checksum = octets.withUnsafeBytes { CRC32C.checksum(of: $0) }
        withUnsafeBytes(of: checksum.littleEndian) { octets += $0 }
    }

    mutating func append(varint value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    mutating func append(_ reference: StoredForm.Reference) {
        let kind: Kind =
            switch reference.recipe {
            case .verbatim: .verbatim
            case .base64: .base64
            }
        append(kind.rawValue)
        octets += reference.digest.octets
        append(varint: reference.contentSize)
        guard case .base64(let lines) = reference.recipe else { return }
        append(varint: lines.length == Base64Lines.unbroken.length ? 0 : lines.length)
        append(lines.end.rawValue)
    }
}

private struct FormReader {
    let octets: ArraySlice<UInt8>
    var position = 0

    mutating func piece() -> StoredForm.Piece? {
        guard let kind = octet().flatMap(Kind.init(rawValue:)) else { return nil }
        switch kind {
        case .literal:
            guard let count = varint(), let octets = take(count) else { return nil }
            return .literal(Array(octets))
        case .verbatim, .base64:
            guard let digest = take(Digest.length)?.withUnsafeBytes({ Digest(octets: $0) }),
                let contentSize = varint(), let recipe = recipe(kind)
            else { return nil }
            return .reference(StoredForm.Reference(digest: digest, contentSize: contentSize, recipe: recipe))
        }
    }

    private mutating func recipe(_ kind: Kind) -> Recipe? {
        guard kind == .base64 else { return .verbatim }
        guard let length = varint(), let end = octet().flatMap(Base64Lines.LineEnd.init(rawValue:)) else { return nil }
        return .base64(length == 0 ? .unbroken : Base64Lines(length: length, end: end))
    }

    private mutating func octet() -> UInt8? { take(1)?.first }

    /// A number up to ``StoredForm/largestMessage``; more cannot be meant.
    private mutating func varint() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let octet = octet() else { return nil }
            value |= Int(octet & 0x7F) << shift
            if octet < 0x80 { return value <= StoredForm.largestMessage ? value : nil }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= octets.endIndex - position else { return nil }
        defer { position += count }
        return octets[position..<position + count]
    }
}

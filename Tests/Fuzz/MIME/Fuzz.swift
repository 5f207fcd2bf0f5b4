import Bytes
import Glibc
import MIME

/// What the runs of libFuzzer read, by the environment; see `run`.
private let kind = getenv("SLUICE_FUZZ").map { String(cString: $0) } ?? "message"

/// How many times its own size a field's text may have: three octets of UTF-8 for one of Windows-1252, and some charsets
/// have characters that are two in Unicode.
private let growth = 6

/// One run of libFuzzer: a message, a field's value or a document of HTML.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMIME(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    switch kind {
    case "words": fuzzWords(field("Subject: ", input))
    case "parameters": fuzzParameters(input)
    case "date": fuzzDate(field("Date: ", input))
    case "addresses":
        fuzzAddresses(field("To: ", input))
        let message = ParsedMessage(parsing: Octets(Array("From: ".utf8) + input))
        fuzzAuthors(message)
        // What most write has a reader of its own, for which a tab is too much.
        let other = ParsedMessage(parsing: Octets(Array("From:\t".utf8) + input))
        precondition(message.authors == other.authors, "a plain mailbox is read in two ways")
    case "tnef": fuzzTNEF(input)
    case "html": fuzzHTML(String(decoding: input, as: UTF8.self))
    default: fuzzMessage(Octets(copying: input))
    }
    return 0
}

/// A field of this name with the input for its value, whatever stands in it.
private func field(_ name: String, _ value: UnsafeRawBufferPointer) -> HeaderField? {
    Header(ofMessage: Octets(Array(name.utf8) + value + [0x0A])).fields.first
}

private func fuzzWords(_ field: HeaderField?) {
    guard let field else { return }
    let text = field.value
    precondition(!text.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }, "a field's text has lines of its own")
    precondition(text.utf8.count <= growth * field.valueRange.count, "a field's text grows beyond measure")
}

private func fuzzParameters(_ input: UnsafeRawBufferPointer) {
    let header = "Content-Type: text/plain; charset="
    let message = ParsedMessage(parsing: Octets(Array(header.utf8) + input + Array("\n\nt\u{E9}xt".utf8)))
    let part = message.root
    let parameters = part.mediaType.parameters
    precondition(parameters.count <= ParsingLimits.standard.parameters, "there are more parameters than the limit")
    precondition(!parameters.keys.contains(""), "a parameter has no name")
    _ = (part.filename, part.disposition, part.isAttachment, part.decodedText(), message.defects)
}

private func fuzzDate(_ field: HeaderField?) {
    guard let field, let date = field.date else { return }
    // Four digits of a year at most, and a zone of a few days.
    precondition(abs(date.seconds) < 400_000_000_000, "a date lies outside of all calendars")
}

private func fuzzAddresses(_ field: HeaderField?) {
    guard let field else { return }
    let flat = field.addresses
    precondition(flat == field.addressGroups.flatMap(\.mailboxes), "groups have other mailboxes than the list")
    precondition(flat.count <= field.valueRange.count, "there are more addresses than octets")
    _ = (flat.map(\.description), field.messageIDs)
}

private func fuzzAuthors(_ message: ParsedMessage) {
    guard case .domains(let domains) = message.authors else { return }
    for address in message.header.all("From").flatMap(\.addresses) where !address.domain.isEmpty {
        precondition(domains.contains(address.domain), "an author has been overlooked")
    }
}

private func fuzzHTML(_ html: String) {
    let text = HTMLText.text(fromHTML: html)
    precondition(text.utf8.count <= html.utf8.count + 2, "the text of a document is longer than it")
}

/// The attributes of a container, behind its signature and key.
private func fuzzTNEF(_ input: UnsafeRawBufferPointer) {
    let container: [UInt8] = [0x78, 0x9F, 0x3E, 0x22, 0, 0] + input
    let header = "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n"
    let message = ParsedMessage(parsing: Octets(Array(header.utf8) + container))
    let limit = ParsingLimits.standard.expansion * container.count
    // The limit is of octets; three of UTF-8 may stand for one.
    precondition(message.text.utf8.count <= 3 * limit + 64, "the text of a container grows beyond measure")
    _ = (message.files.map { $0.decoded() }, message.defects)
}

/// Everything that a message can be asked for.
private func fuzzMessage(_ octets: Octets) {
    let message = ParsedMessage(parsing: octets)
    for part in message.parts {
        _ = (part.filename, part.contentID, part.isInline, part.isAttachment, part.decodedText())
        for field in part.header.fields { _ = (field.value, field.addresses, field.date, field.messageIDs) }
        let range = part.bodyRange
        precondition(part.headerRange.upperBound <= range.lowerBound && range.upperBound <= part.octets.count)
    }
    var end = 0
    for attachment in message.attachments {
        precondition(attachment.isInOriginal && attachment.bodyRange.lowerBound >= end)
        end = attachment.bodyRange.upperBound
    }
    _ = (message.text, message.html, message.defects, message.date, message.from, message.files, message.filenames)
    fuzzAuthors(message)
    precondition(message.header.fields.map(\.range) == Header(ofMessage: octets).fields.map(\.range))
}

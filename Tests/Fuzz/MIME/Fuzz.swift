import Bytes
import MIME

/// One run of libFuzzer: everything that a message can be asked for, on any octets.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let message = ParsedMessage(parsing: Octets(copying: UnsafeRawBufferPointer(start: start, count: count)))
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
    _ = (message.text, message.html, message.defects, message.date, message.from)
    let text = message.octets.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    _ = HTMLText.text(fromHTML: text)
    return 0
}

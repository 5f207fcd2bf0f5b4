import Bytes
import MIME
import Testing

/// Asks a message for everything it has, and checks what must hold for any input.
func exercise(_ message: ParsedMessage) {
    let count = message.octets.count
    #expect(!message.parts.isEmpty)
    for part in message.parts {
        _ = (part.filename, part.contentID, part.disposition, part.isInline, part.isAttachment)
        _ = part.decodedText()
        let limit = part.octets.count
        #expect(part.headerRange.upperBound <= part.bodyRange.lowerBound && part.bodyRange.upperBound <= limit)
        #expect(part.subtree.lowerBound == part.index && part.subtree.upperBound <= message.parts.count)
        for child in part.children {
            let inner = message.parts[child]
            #expect(inner.parent == part.index)
            if inner.isInOriginal {
                #expect(inner.headerRange.lowerBound >= part.bodyRange.lowerBound)
                #expect(inner.bodyRange.upperBound <= part.bodyRange.upperBound)
            }
        }
        for field in part.header.fields { _ = (field.name, field.value, field.addresses, field.date, field.messageIDs) }
    }
    var end = 0
    for attachment in message.attachments {
        #expect(attachment.isInOriginal && attachment.bodyRange.lowerBound >= end)
        end = attachment.bodyRange.upperBound
    }
    #expect(message.defects.allSatisfy { $0.offset >= 0 && $0.offset <= count })
    _ = (message.subject, message.from, message.date, message.messageID, message.references, message.text)
    _ = HTMLText.text(fromHTML: message.html ?? "")
}

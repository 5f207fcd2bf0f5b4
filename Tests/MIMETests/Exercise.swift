import Bytes
import MIME
import Testing

/// Asks a message for everything it has, and checks what must hold for any input.
func exercise(_ message: ParsedMessage, fields: Bool = true) {
    let problem = firstProblem(in: message, fields: fields)
    #expect(problem == nil)
}

/// The first promise that a message breaks; all that can be decoded is decoded on the way.
private func firstProblem(in message: ParsedMessage, fields: Bool) -> String? {
    let parts = message.parts
    guard !parts.isEmpty else { return "there is no root part" }
    for part in parts {
        for field in part.header.fields where fields {
            _ = (field.name, field.value, field.addresses, field.date, field.messageIDs)
        }
        _ = (part.filename, part.contentID, part.isInline, part.children.isEmpty ? part.decodedText() : "")
        if let problem = problem(of: part, among: parts) { return "part \(part.index): \(problem)" }
    }
    var end = 0
    for attachment in message.attachments {
        guard attachment.isInOriginal, attachment.bodyRange.lowerBound >= end else { return "attachments overlap" }
        end = attachment.bodyRange.upperBound
    }
    let count = message.octets.count
    guard message.defects.allSatisfy({ $0.offset >= 0 && $0.offset <= count }) else { return "a defect lies outside" }
    _ = (message.subject, message.from, message.date, message.messageID, message.references, message.text)
    _ = HTMLText.text(fromHTML: message.html ?? "")
    return nil
}

private func problem(of part: Part, among parts: [Part]) -> String? {
    guard part.headerRange.upperBound <= part.bodyRange.lowerBound else { return "the body starts in the header" }
    guard part.bodyRange.upperBound <= part.octets.count else { return "the body ends outside" }
    guard part.subtree.upperBound <= parts.count else { return "the subtree ends outside" }
    for child in part.children {
        guard parts[child].parent == part.index else { return "child \(child) has another parent" }
        guard parts[child].isInOriginal else { continue }
        guard parts[child].headerRange.lowerBound >= part.bodyRange.lowerBound,
            parts[child].bodyRange.upperBound <= part.bodyRange.upperBound
        else { return "child \(child) leaves its parent" }
    }
    return nil
}

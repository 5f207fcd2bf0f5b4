// What libFuzzer calls: the first octet chooses what the rest is taken for.
import AuthenticationResults

/// Feeds one input to the reader of DMARC records or of Authentication-Results; a trap is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let input = Array(octets.dropFirst())
    if octets[0] & 1 == 0 { fuzzRecord(input) } else { fuzzField(input) }
    return 0
}

private func fuzzRecord(_ input: [UInt8]) {
    for text in [input, Array("v=DMARC1;".utf8) + input] where PolicyRecord.isRecord(text) {
        do {
            let record = try PolicyRecord(parsing: text)
            precondition((0...100).contains(record.percent), "percent is out of its range")
        } catch {
            continue
        }
    }
}

/// What is written of a field must be read as the same results.
private func fuzzField(_ input: [UInt8]) {
    guard let field = ResultsField(parsing: input) else { return }
    let written = field.field
    precondition(written.utf8.filter { $0 == 0x0A }.count == written.split(separator: "\r\n").count, "a bare line feed")
    guard let again = ResultsField(parsing: written.dropFirst(ResultsField.name.count + 1).utf8) else {
        preconditionFailure("a written field names no service")
    }
    precondition(again.results.count == field.results.count, "a result is lost or added")
    precondition(again.field == written, "what is written twice differs")
}

// What libFuzzer calls: the first octet chooses what the rest is taken for.
import Resolver

private let sender = Identity(
    SPFRequest(clientAddress: "2001:db8::1", helo: "h..&x.example", reversePath: "a.b-c+d@x.example", receiver: "r"))

/// Feeds one input to the reader of records, the macro expander or the reader of DNS messages; a trap is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let input = Array(octets.dropFirst())
    switch octets[0] % 3 {
    case 0: fuzzRecord(input)
    case 1: fuzzMacros(input[...])
    default: fuzzResponse(input)
    }
    return 0
}

private func fuzzRecord(_ input: [UInt8]) {
    do {
        let record = try RecordParser.parse(Array("v=spf1 ".utf8) + input)
        if let redirect = record.redirect { expand(redirect) }
    } catch {
        return
    }
}

private func fuzzMacros(_ input: ArraySlice<UInt8>) {
    do { expand(try MacroParser.parse(input, for: .explanation)) } catch { return }
}

private func expand(_ string: MacroString) {
    guard let sender else { return }
    let expansion = MacroExpansion(
        identity: sender, receiver: "r", time: 0, domain: "x.example", validatedName: "unknown")
    precondition(expansion.expand(string).count <= MacroExpansion.maximumLength, "expansion is longer than its limit")
    _ = expansion.expandName(string)
}

private func fuzzResponse(_ input: [UInt8]) {
    guard let name = DomainName("x.example") else { return }
    for type in RecordType.allCases { _ = DNSResponse(decoding: input, to: DNSQuestion(name, type)) }
}

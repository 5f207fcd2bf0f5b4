import Testing

/// Expects the same octets, and shows the first place where they differ.
func expectSame(
    _ got: [UInt8], _ wanted: [UInt8], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    guard got != wanted else { return }
    let place = zip(got, wanted).prefix { $0 == $1 }.count
    func text(_ octets: [UInt8]) -> String {
        let start = min(max(0, place - 30), octets.count)
        return String(decoding: octets[start..<min(octets.count, place + 60)], as: UTF8.self).debugDescription
    }
    Issue.record(
        "\(what) \(got.count) octets, not \(wanted.count); they differ at \(place): \(text(got)), not \(text(wanted))",
        sourceLocation: sourceLocation)
}

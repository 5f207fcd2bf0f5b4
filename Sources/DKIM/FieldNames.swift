/// Names of fields in lower case, in their order, as a signature lists them (RFC 6376, section 3.5, tag `h`).
package struct FieldNames: Sendable {
    /// The names, with a colon behind each.
    private let octets: [UInt8]
    /// How many names there are.
    package let count: Int

    /// The names of a list with colons between them, in which white space means nothing.
    init(_ list: ArraySlice<UInt8>) {
        var octets: [UInt8] = []
        octets.reserveCapacity(list.count + 1)
        var count = 1
        for octet in list where !octet.isWhiteSpace {
            if octet == UInt8(ascii: ":") { count += 1 }
            octets.append(octet.lowered)
        }
        octets.append(UInt8(ascii: ":"))
        self.octets = octets
        self.count = count
    }

    /// These names, which are in lower case.
    package init(_ names: [String]) {
        octets = names.flatMap { Array("\($0):".utf8) }
        count = names.count
    }

    /// Whether a name is among them.
    func contains(_ name: StaticString) -> Bool {
        var isFound = false
        forEach { isFound = isFound || $0.isText(name) }
        return isFound
    }

    /// Calls `body` with each name; the pointer is good during the call only.
    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        octets.withUnsafeBytes { octets in
            var start = 0
            for place in octets.indices where octets[place] == UInt8(ascii: ":") {
                body(UnsafeRawBufferPointer(rebasing: octets[start..<place]))
                start = place + 1
            }
        }
    }
}

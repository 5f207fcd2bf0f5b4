import Bytes

/// The header fields of a message or part, in order.
public struct Header: Sendable {
    let tree: ParseTree
    let source: Int
    let range: Range<Int>

    /// The fields in the order in which they stand.
    public var fields: [HeaderField] { range.map(field) }

    /// The first field of a name, in either letter case.
    ///
    /// - Complexity: O(n) in the number of fields.
    public subscript(name: String) -> HeaderField? {
        range.first { matches($0, name) }.map(field)
    }

    /// All fields of a name, in either letter case, in order.
    public func all(_ name: String) -> [HeaderField] {
        range.filter { matches($0, name) }.map(field)
    }

    subscript(known: KnownField) -> HeaderField? {
        range.first { tree.fields[$0].known == known }.map(field)
    }

    func all(_ known: KnownField) -> [HeaderField] {
        range.compactMap { tree.fields[$0].known == known ? field($0) : nil }
    }

    private func field(_ index: Int) -> HeaderField {
        HeaderField(octets: tree.sources[source], record: tree.fields[index])
    }

    private func matches(_ index: Int, _ name: String) -> Bool {
        let range = tree.fields[index].name
        guard range.count == name.utf8.count else { return false }
        return tree.sources[source].withUnsafeBytes(in: range) { own in
            zip(own, name.utf8).allSatisfy { ASCII.lowercased($0) == ASCII.lowercased($1) }
        }
    }
}

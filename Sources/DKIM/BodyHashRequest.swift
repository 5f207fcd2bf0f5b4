/// Which hash of a body a signature needs.
package struct BodyHashRequest: Sendable, Hashable {
    /// The form of the body that is hashed.
    package let canonicalization: Canonicalization
    /// How many octets of that form are hashed; `nil` for all (the tag `l`).
    package let length: Int64?

    /// A request for the whole body or its first octets.
    package init(_ canonicalization: Canonicalization, length: Int64? = nil) {
        self.canonicalization = canonicalization
        self.length = length
    }
}

/// One hash of a body.
package struct BodyHash: Sendable {
    /// The SHA-256 of what was hashed.
    package let digest: [UInt8]
    /// How many octets the body has in the form that was asked for.
    package let canonicalLength: Int64
}

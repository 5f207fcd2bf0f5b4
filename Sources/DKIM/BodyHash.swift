/// One hash of a body.
package struct BodyHash: Sendable {
    /// What was asked for.
    package let request: BodyHashRequest
    /// The SHA-256 of what was hashed.
    package let digest: [UInt8]
    /// How many octets the body has in the form that was asked for.
    package let canonicalLength: Int64
}

extension [BodyHash] {
    /// The hash that was asked for so; they are few.
    package subscript(request: BodyHashRequest) -> BodyHash? { first { $0.request == request } }
}

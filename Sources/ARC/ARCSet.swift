package import DKIM

/// The three fields that one server adds (RFC 8617, section 4.2).
package struct ARCSet: Sendable {
    /// What it found out.
    package let results: HeaderFields.Field
    /// Its signature of the message.
    package let signature: HeaderFields.Field
    /// Its seal over its set and all before it.
    package let seal: HeaderFields.Field
    /// The tags of the seal.
    package let sealTags: SealTags
}

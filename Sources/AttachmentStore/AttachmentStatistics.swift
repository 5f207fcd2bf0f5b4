/// What an attachment store holds.
package struct AttachmentStatistics: Sendable, Hashable {
    /// Distinct contents.
    package var contents = 0
    /// The octets of all contents together.
    package var octets = 0

    /// A store of so much.
    package init(contents: Int = 0, octets: Int = 0) {
        self.contents = contents
        self.octets = octets
    }
}

/// What came of a message about which nobody was asked, because its content was refused or did not come whole.
package struct LostContent: Sendable, Equatable {
    /// How many octets came, line ends as they are kept.
    package let octets: Int
    /// What the client was told; `nil` if it heard nothing.
    package let reply: Reply?
    /// Whether the end came, so that the client knows the message is not taken.
    package let isWhole: Bool
}

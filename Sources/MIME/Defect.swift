/// Something in a message that the standards forbid or that readers may understand differently.
///
/// Bad mail is data: parsing goes on, and what was wrong is listed for those who judge the message.
public struct Defect: Sendable, Hashable {
    /// What is wrong.
    public let kind: Kind
    /// Where, in octets from the start of the message; inside an encoded container, where the container's body starts.
    public let offset: Int

    /// A defect of a kind at an offset.
    public init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

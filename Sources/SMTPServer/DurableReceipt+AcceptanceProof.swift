import SMTP
package import StageKit

extension DurableReceipt: AcceptanceProof {
    /// The message's number.
    package var acceptedName: String { message.description }
}

package import StageKit

/// A component could not be prepared.
package struct PreparationError: Error, CustomStringConvertible {
    /// The pipeline and step.
    package let step: String
    /// Where the step stands.
    package let location: SourceLocation
    /// What the component said.
    package let cause: any Error

    package var description: String { "\(location): \(step) cannot start: \(cause)" }
}

package import SimulatedFiles

/// A way of using what is durable, and the judgement on what a crash has left of it.
///
/// Everything in it follows from its seed: the same seed gives the same operations of the disk.
package protocol Workload: Sendable {
    /// What it was promised.
    associatedtype Promises: Sendable

    /// The word by which it is chosen and reported.
    static var name: String { get }

    init(seed: UInt64)

    /// Nothing promised yet.
    var nothing: Promises { get }

    /// Makes what must be there before crashes are of interest.
    func prepare(_ disk: SimulatedFileSystem) throws

    /// Runs to its end, whatever the disk refuses.
    ///
    /// - Throws: What is a failure even on a bad disk, such as a queue that does not come to rest.
    func run(on disk: SimulatedFileSystem, _ book: PromiseBook<Promises>) async throws

    /// Opens what a crash has left, goes on with it, and names each broken promise.
    ///
    /// - Throws: An error that itself is a broken promise: what is left must open.
    func inspect(_ disk: SimulatedFileSystem, _ promises: Promises) async throws -> [String]

    /// Opens what a crash has left until the power fails again.
    func restart(_ disk: SimulatedFileSystem) async throws
}

/// A test's own failure.
package struct Trouble: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

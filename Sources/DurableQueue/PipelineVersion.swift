/// The pipeline file that a message was accepted under, and under which it finishes.
package struct PipelineVersion: Sendable, Hashable, Codable {
    /// The pipeline's name.
    package var name: String
    /// The content hash of the file.
    package var digest: String

    package init(name: String, digest: String) {
        self.name = name
        self.digest = digest
    }
}

import Files
import Testing

struct PluginsReadmeTests {
    @Test(arguments: [
        "Plugins/BlockAttachments/BlockAttachments.swift",
        "Tests/BlockAttachmentsStageTests/BlockAttachmentsTests.swift",
    ])
    func `the code in Plugins/README.md is the code that is linked and tested`(path: String) throws {
        let code = try text(of: path)
        #expect(!code.isEmpty)
        #expect(try text(of: "Plugins/README.md").contains("```swift\n\(code)```\n"), "\(path) differs from the README")
    }

    private func text(of path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try LocalFileSystem().open("/\(root)/\(path)", .read)
        defer { file.close() }
        return String(decoding: try file.read(0..<file.size()), as: UTF8.self)
    }
}

import Testing

/// The repository itself against the rules.
@Suite struct RepositoryTests {
    private static let root: String = {
        // Tests/ArchitectureTests/RepositoryTests.swift lies three levels below the top.
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }()

    @Test func `imports go down the levels and stay where they belong`() throws {
        let tree = try SourceTree(readingFrom: Self.root)
        #expect(tree.files.keys.contains("Sources/StageKit/Stage.swift"), "the tree was not read")
        #expect(ImportRules(tree).findings().map(\.description) == [])
    }

    @Test func `the top level holds what it should and no file is too long`() throws {
        let tree = try SourceTree(readingFrom: Self.root)
        #expect(RepositoryShape.findings(in: tree).map(\.description) == [])
    }
}

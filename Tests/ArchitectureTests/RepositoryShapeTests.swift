import Testing

/// The rules about files can fail, and only where they should.
@Suite struct RepositoryShapeTests {
    @Test func `a stranger at the top level is reported, dot-files and generated files are not`() {
        let tree = SourceTree(
            [:], topLevel: [".ci", ".git", "Makefile", "Package.resolved"] + RepositoryShape.topLevel)
        #expect(RepositoryShape.findings(in: tree).map(\.path) == ["Makefile"])
    }

    @Test func `what is missing at the top level is reported`() {
        let tree = SourceTree([:], topLevel: RepositoryShape.topLevel.filter { $0 != "README.md" })
        #expect(RepositoryShape.findings(in: tree).map(\.path) == ["README.md"])
    }

    @Test(arguments: [(400, 0), (401, 1)])
    func `400 lines are the most`(lines: Int, findings: Int) {
        let text = String(repeating: "\n", count: lines)
        #expect(RepositoryShape.findings(in: SourceTree(["Tests/ATests/A.swift": text])).count == findings)
        let unfinished = text.dropLast() + "x"
        #expect(RepositoryShape.findings(in: SourceTree(["Plugins/A/A.swift": String(unfinished)])).count == findings)
    }
}

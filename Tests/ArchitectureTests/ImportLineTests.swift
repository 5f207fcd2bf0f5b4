import Testing

/// Import lines in all their forms.
@Suite struct ImportLineTests {
    @Test(arguments: [
        ("import Bytes", "Bytes"),
        ("public import Bytes", "Bytes"),
        ("@preconcurrency package import NIOCore", "NIOCore"),
        ("import struct Bytes.Octets", "Bytes"),
        ("    import Foundation.NSData // why", "Foundation"),
        ("@testable import Engine;", "Engine"),
        ("@_exported\timport Bytes", "Bytes"),
    ])
    func `every form of import is read`(text: String, module: String) {
        #expect(ImportLine.all(in: text).map(\.module) == [module])
    }

    @Test(arguments: [
        "// import Bytes", "/// import Bytes", "/*\nimport Bytes\n*/",
        "let text = \"\"\"\n    import Bytes\n    \"\"\"",
        "let line = \"import Bytes\"", "func important() {}", "let import_ = 1",
    ])
    func `what only looks like an import is not one`(text: String) {
        #expect(ImportLine.all(in: text) == [])
    }

    @Test func `imports after comments and texts are still seen`() {
        let text = "/* one line */\nimport A\nlet s = \"\"\"\n  /*\n  \"\"\"\nimport B\n/* two\n lines */\nimport C\n"
        #expect(ImportLine.all(in: text).map(\.module) == ["A", "B", "C"])
        #expect(ImportLine.all(in: text).map(\.line) == [2, 6, 9])
    }
}

import Testing

@testable import PipelineFiles

struct PatternTests {
    @Test(arguments: [
        ("", "", true), ("", "x", true), ("a", "cat", true), ("^a", "cat", false), ("t$", "cat", true),
        ("^$", "", true),
        ("^$", "x", false), ("a|b", "xbx", true), ("^(a|b)$", "ab", false), ("^(ab|cd)+$", "abcdab", true),
        ("^(ab|cd)+$", "abc", false), ("a.c", "abc", true), ("a.c", "a\nc", false), ("^[a-c]+$", "abcabc", true),
        ("^[^a-c]+$", "xyz", true), ("^[^a-c]+$", "xaz", false), ("^[]a]+$", "]a", true), ("^[a-]+$", "a-", true),
        ("^[\\d.]+$", "1.2", true), ("\\.exe$", "run.exe", true), ("\\.exe$", "runxexe", false),
        ("^\\w+$", "a_1", true),
        ("^\\w+$", "ü", false), ("\\bfree\\b", "so free now", true), ("\\bfree\\b", "freedom", false),
        ("\\Bdom", "freedom", true), ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aaa", false),
        ("^a{2,}$", "aaaa", true), ("^a{0}$", "", true), ("a{", "a{", true), ("(?i)FREE", "so Free", true),
        ("(?i)[a-c]", "B", true), ("^(a?){3}$", "aa", true), ("^(a*)*$", "aaa", true), ("^(|a)+b$", "aab", true),
        ("^(?:a|b)*?c$", "abac", true), ("^a\\s+b$", "a \t b", true), ("^\\S+\\D\\W$", "ab!", true),
        ("ü+", "xüü", true),
        ("^a|b$", "axx", true), ("^a|b$", "xxb", true), ("^(a|b|cc|d)$", "cc", true), ("^x*y?z+$", "zz", true),
    ])
    func `a pattern matches what RE2 would match`(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
        #expect(try Pattern.compile(pattern).get().matches(text) == isMatch)
    }

    @Test(arguments: [
        "(", ")", "a)", "[a", "*", "a|*", "+a", "[z-a]", "\\", "\\q", "a{3,2}", "a{1001}", "(?=a)", "a{1,",
        "((a{1000}){1000})", "[\\D]", "[a-\\d]", String(repeating: "(", count: 40) + String(repeating: ")", count: 40),
        "(?<name>a)",
    ])
    func `what is no pattern is refused with its place`(_ pattern: String) {
        let failure = #expect(throws: Pattern.Failure.self) { try Pattern.compile(pattern).get() }
        #expect(failure?.text.contains("character") == true)
    }

    @Test func `a pattern that ruins backtracking takes linear time`() throws {
        // A backtracking matcher needs 2^5000 steps for this.
        let text = String(repeating: "a", count: 5_000) + "b"
        #expect(try !Pattern.compile("^(a|a?)+$").get().matches(text))
        #expect(try !Pattern.compile("^(a*)*$").get().matches(text))
    }
}

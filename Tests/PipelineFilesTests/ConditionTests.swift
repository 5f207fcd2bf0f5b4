import StageKit
import Testing

@testable import PipelineFiles

struct ConditionTests {
    static let facts = Facts(values: [
        "envelope.sender": .string("Jürgen@example.org"), "message.size": .int(2_000), "spam.score": .double(6.5),
        "junk": .bool(false), "mime.names": .strings(["a.txt", "b.exe"]), "list.size": .int(0),
        "mime.has-text": .bool(true),
    ])

    func condition(_ source: String) throws -> Condition {
        Condition(source: source, expression: try ConditionParser.parse(source))
    }

    @Test(arguments: [
        "true", "!junk", "!(junk || false)", "message.size == 2000", "message.size == 2000.0", "2000.5 > message.size",
        "spam.score >= 6 && spam.score < 7", "message.size % 3 == 2", "7 / 2 == 3", "-7 / 2 == -3", "7 / 2.0 == 3.5",
        "1 + 2 * 3 == 7", "(1 + 2) * 3 == 9", "10 - 2 - 3 == 5", "- 5 < -4", "1e3 == 1000", "2 * -1 == -2",
        "'a' + \"b\" == 'ab'", "'a' < 'b' && 'B' < 'a'", "'it\\'s' == \"it's\"", "'\\u00fc' == 'ü'",
        "'\\n'.size() == 1",
        "envelope.sender.contains('@')", "envelope.sender.startsWith('Jür')", "envelope.sender.endsWith('.org')",
        "envelope.sender.matches('^J.*@example\\\\.(org|net)$')", "!envelope.sender.endsWith('.com')",
        "size(envelope.sender) == 18", "mime.names.size() == 2", "'b.exe' in mime.names", "!('c' in mime.names)",
        "message.size in [1, 2000.0]", "!(1 in [])", "has(junk)", "!has(spf.result)", "has(spf.result) ? false : true",
        "has(spf.result) && spf.result == 'fail' || true", "junk ? false : spam.score > 1 ? true : false",
        "mime.has-text", "list.size == 0", "['a', 'b'] == ['a', 'b']", "[1, 2] == [1.0, 2.0]", "'' == ''",
        "'abc'.contains('')", "\ttrue\n&& true", "spf.result == 'x' || true", "true || spf.result == 'x'",
        "!(spf.result == 'x' && false)", "!(false && 1 / 0 == 1)",
    ])
    func `a condition that holds`(_ source: String) throws {
        #expect(try condition(source).evaluate(Self.facts))
    }

    @Test(arguments: [
        ("spf.result == 'pass'", "missing-fact"), ("true && spf.result == 'pass'", "missing-fact"),
        ("spf.result == 'pass' || false", "missing-fact"), ("1 / 0 == 1", "arithmetic"), ("1 % 0 == 1", "arithmetic"),
        ("9223372036854775807 + 1 > 0", "arithmetic"), ("-(-9223372036854775807 - 1) > 0", "arithmetic"),
        ("(-9223372036854775807 - 1) / -1 > 0", "arithmetic"), ("(-9223372036854775807 - 1) % -1 == 0", "arithmetic"),
        ("message.size", "fact-type"), ("junk.contains('a')", "fact-type"), ("junk < true", "fact-type"),
    ])
    func `a condition without a result fails`(_ source: String, _ code: String) throws {
        let condition = try condition(source)
        let failure = #expect(throws: ConditionFailure.self) { try condition.evaluate(Self.facts) }
        #expect(failure?.code.rawValue == code)
    }

    @Test func `of several sources of facts the last that knows a name counts`() throws {
        var recipient = Facts()
        recipient["junk"] = .bool(true)
        #expect(try condition("junk && message.size > 1").evaluate(Self.facts, recipient))
        #expect(try !condition("junk").evaluate(recipient, Self.facts))
    }

    @Test func `texts are compared by their characters, without normalisation`() throws {
        #expect(try !condition("'\\u00fc' == 'u\\u0308'").evaluate())
        #expect(try !condition("'u\\u0308'.contains('\\u00fc')").evaluate())
        #expect(try condition("'e\\u0301' < 'f'").evaluate())
    }

    @Test(arguments: [
        (String(repeating: "(", count: 63) + "true" + String(repeating: ")", count: 63), true),
        (String(repeating: "(", count: 64) + "true" + String(repeating: ")", count: 64), false),
        (String(repeating: "!", count: 63) + "true", true), (String(repeating: "!", count: 64) + "true", false),
        ("0" + String(repeating: "+1", count: 200) + " == 200", false),
        ("0" + String(repeating: "+1", count: 199) + " == 199", true),
        ("'" + String(repeating: "a", count: 1_993) + "' == ''", false),
        ("'" + String(repeating: "a", count: 1_992) + "' == ''", true),
        (String(repeating: "[", count: 1_990), false),
        (String(repeating: "true ? true : ", count: 100) + "true", false),
    ])
    func `depth, operators and length are limited`(_ source: String, _ isAccepted: Bool) {
        let result = Result { try condition(source) }
        if isAccepted {
            #expect(throws: Never.self) { try result.get() }
        } else {
            #expect(throws: ConditionProblem.self) { try result.get() }
        }
    }

    @Test func `what has() proves is known where it counts, and only there`() {
        var scope = FactScope()
        scope.add(Fact<Bool>("a", "").declaration, isCertain: false)
        scope.add(Fact<Bool>("b", "").declaration, isCertain: true)
        let cases: [(String, isFine: Bool)] = [
            ("a", false), ("has(a) && a", true), ("a && has(a)", false), ("!has(a) || a", true), ("has(a) || a", false),
            ("has(a) ? a : b", true), ("has(a) ? b : a", false), ("!(!has(a)) && a", true),
            ("(has(a) && b) && a", true), ("(has(a) || b) && a", false), ("!(!has(a) || b) && a", true),
            ("b && has(a) && a", true),
        ]
        for (source, isFine) in cases {
            var checker = ConditionChecker(scope: scope, catalog: StageCatalog([]), readsRecipientFacts: false)
            do {
                _ = checker.check(try ConditionParser.parse(source))
            } catch {
                Issue.record("\(source) is not read: \(error)")
            }
            #expect(checker.problems.isEmpty == isFine, "\(source)")
        }
    }
}

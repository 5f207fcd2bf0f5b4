import StageKit
import Testing

struct FactsTests {
    private let score = Fact<Double>("spam.score", "How much it looks like spam.")
    private let names = Fact<[String]>("mime.names", "The names.")

    @Test func `a fact is there once it is set, and gone once it is removed`() {
        var facts = Facts()
        #expect(facts[score] == nil)
        facts[score] = 1.5
        facts[names] = ["a", "b"]
        #expect(facts[score] == 1.5 && facts["mime.names"] == .strings(["a", "b"]))
        facts[score] = nil
        #expect(facts[score] == nil && facts.named.map(\.name) == ["mime.names"])
    }

    @Test func `texts are found by how their names end, also by names that come later`() {
        let ending = FactEnding(".of-an-end", first: ["c.of-an-end", "d.of-an-end"])
        var facts = Facts()
        #expect(facts.texts(ending).isEmpty)
        facts["b.of-an-end"] = .string("1")
        facts["c.of-an-end"] = .int(2)
        facts["b.of-an-end.not"] = .string("3")
        #expect(facts.texts(ending) == ["1"])
        facts["a.of-an-end"] = .string("4")
        facts["d.of-an-end"] = .string("5")
        #expect(facts.texts(ending) == ["5", "4", "1"])
        facts["c.of-an-end"] = .string("6")
        #expect(facts.texts(ending) == ["6", "5", "4", "1"])
        #expect(Facts().texts(ending).isEmpty)
    }

    @Test func `facts are the same in whatever order they were set, and are listed by name`() {
        let names = (0..<100).map { "many.n\($0 * 37 % 100)" }
        var forwards = Facts()
        for name in names { forwards[name] = .string(name) }
        var backwards = Facts()
        for name in names.reversed() { backwards[name] = .string(name) }
        #expect(forwards == backwards && forwards.hashValue == backwards.hashValue && forwards.count == 100)
        #expect(forwards.named.map(\.name) == names.sorted())
        #expect(forwards.named.allSatisfy { $0.value == .string($0.name) })
        for name in names.prefix(99) { backwards[name] = nil }
        #expect(backwards.named.map(\.name) == [names[99]] && backwards[names[0]] == nil && forwards.count == 100)
        #expect(forwards["many.unheard-of"] == nil)
    }

    @Test func `a value of another type is no value of the fact`() {
        let facts = Facts(values: ["spam.score": .int(1)])
        #expect(facts[score] == nil && facts["spam.score"] == .int(1))
    }

    @Test func `each phase of the session knows what the one before knew`() {
        var known: Set<String> = []
        for phase in SessionPhase.allCases {
            let now = Set(CoreFacts.declarations(from: phase).map(\.name))
            #expect(known.isSubset(of: now))
            known = now
        }
        #expect(known.count == 11)
    }

    @Test(arguments: [
        ("chek-spf", "check-spf"), ("chekc-spf", "check-spf"), ("CHECK-SPF", "check-spf"), ("notfiy", "notify"),
        ("notify-all", "notify"), ("notify-everybody", nil), ("coffee", nil), ("", nil),
        (String(repeating: "check-spf", count: 20), nil),
    ])
    func `what was probably meant is near`(_ typed: String, _ meant: String?) {
        #expect(closest(to: typed, among: ["check-spf", "parse-mime", "notify"]) == meant)
    }

    @Test(arguments: [
        ("127.0.0.1:25", "127.0.0.1:25"), ("[::1]:2525", "[::1]:2525"), ("localhost:0", "localhost:0"),
        ("::1:25", nil), ("127.0.0.1", nil), (":25", nil), ("a:65536", nil), ("a:-1", nil), ("a:", nil), ("[]:1", nil),
        ("mx.example.org:25", nil), ("1.2.3:25", nil),
    ])
    func `a listener's address is a host and a port`(_ text: String, _ written: String?) {
        #expect(ListenerAddress(text)?.description == written)
    }
}

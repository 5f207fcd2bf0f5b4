import AuthenticationResults
import Testing

struct ResultFactsTests {
    @Test func `results stand in their order, those of others behind them by name, and nothing else is one`() {
        let facts = [
            ("zeta.authentication-results", "z=1"), ("dmarc.authentication-results", "dmarc=pass"),
            ("spf.authentication-results", "spf=pass"), ("alpha.authentication-results", "a=1"),
            (".authentication-results", "x"), ("spf.result", "pass"), ("dkim.authentication-results.x", "y"),
        ]
        #expect(
            ResultFacts.results(among: facts.map { (name: $0.0, text: $0.1) }) == [
                "spf=pass", "dmarc=pass", "a=1", "z=1",
            ])
        #expect(ResultFacts.results(among: []) == [])
    }
}

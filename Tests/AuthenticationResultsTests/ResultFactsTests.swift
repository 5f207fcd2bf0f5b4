import AuthenticationResults
import Testing

struct ResultFactsTests {
    @Test func `a fact has results if its name ends so, behind the name of a check`() {
        #expect(ResultFacts.names.first == "spf.authentication-results")
        #expect(ResultFacts.names.allSatisfy(ResultFacts.isResult))
        #expect(!ResultFacts.isResult(ResultFacts.suffix) && !ResultFacts.isResult("spf.result"))
    }
}

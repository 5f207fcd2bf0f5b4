import Bytes
import SMTP
import StageKit
import Synchronization
import Testing

@testable import StageTesting

/// For each rule of the contract a component that breaks it, and what the kit says of it.
struct ContractKitTests {
    private func violations(of type: (some Component).Type) async -> [String] {
        await Patience.$current.withValue(.milliseconds(300)) {
            await ContractKit.violations(of: type, services: Samples.services(Samples.site(dataDirectory: "/nowhere")))
        }
    }

    private func expect(_ type: (some Component).Type, _ texts: String...) async {
        let found = await violations(of: type)
        for text in texts { #expect(found.contains { $0.contains(text) }, "\(type): \(found)") }
        #expect(texts.isEmpty == found.isEmpty, "\(type): \(found)")
    }

    @Test func `a component that keeps the contract is not blamed`() async {
        await expect(Good.self)
        await expect(GoodBatch.self)
    }

    @Test func `manifests`() async {
        await expect(
            BadManifest.self, "its name is not made of", "its summary is not a sentence", "timeout or concurrency",
            "the fact Some Fact has a name")
    }

    @Test func `settings`() async {
        await expect(BadSummary.self, "the summary of size is not a sentence")
        await expect(BadSample.self, "its own sample settings have a problem: size is never right")
        await expect(TakesAnything.self, "an unknown setting is not noticed")
        await expect(RefusesItsSample.self, "the life of the component failed")
    }

    @Test func `life`() async {
        await expect(CannotPrepare.self, "the life of the component failed: trouble")
        await expect(FailsWhenCancelled.self, "the life of the component failed: trouble")
        await expect(NeverEnds.self, "the life of the component failed: it did not return within")
        await expect(NeverStops.self, "the life of the component failed: it did not return within")
    }

    @Test func `messages`() async {
        await expect(ChangesRecipients.self, "no body: the message's id or recipients were changed")
        await expect(ChangesContent.self, "no body: the message's content was changed")
        await expect(ChangesItsMind.self, "no body: a redelivery has another verdict")
        await expect(Hangs.self, "no header: it did not return within")
        await expect(ForgetsFacts.self, "without its fact good.word of type string")
        await expect(SaysAnotherWord.self, "its fact good.word is \"perhaps\", which it does not declare")
    }

    @Test func `answers at once`() async {
        await expect(WaitsTooLate.self, "no body: it says that it has to wait, and has changed the message")
        await expect(HurriesToDiscard.self, "no body: its answer at once is discard")
        await expect(
            FindsMoreAtOnce.self, "a sender: it makes another message at once", "a recipient: it makes another message")
        await expect(FailsAtOnce.self, "no body: its answer at once is an error")
        await expect(
            FailsPhasesAtOnce.self, "a sender: its answer at once is an error, and the one that may wait is none",
            "a recipient: its answer at once is an error, and the one that may wait is none")
        await expect(
            AnswersAtOnceOnly.self, "no body: its answer at once is proceed, and an error if it may wait: trouble",
            "a sender: its answer at once is proceed, and an error",
            "a recipient: its answer at once is proceed, and an error")
        await expect(AlwaysFails.self)
    }

    @Test func `verdicts`() async {
        await expect(SaysYesToReject.self, "it rejects with 250, not 5yz")
        await expect(PostponesForGood.self, "it postpones with 550, not 4yz")
        await expect(Miscounts.self, "2 verdicts for 1 recipients")
        await expect(Nests.self, "verdicts of recipients within verdicts of recipients")
    }

    @Test func `batches and phases`() async {
        await expect(NoBatch.self, "its batch limit is below 1")
        await expect(LosesVerdicts.self, "came back with")
        await expect(ChangesBatch.self, "in a batch: the message's content was changed")
        await expect(ChangesRecipientIndex.self, "the recipient's index was changed")
    }
}

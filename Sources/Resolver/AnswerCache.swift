/// Answers by question until their time is up, the longest unused thrown out first.
///
/// Recency is kept roughly: two generations, each of half the capacity. A hit moves an answer to the young
/// generation; when that is full, the old one is dropped and the young one becomes the old.
struct AnswerCache {
    private struct Entry {
        let answer: DNSAnswer
        let expiry: ContinuousClock.Instant
    }

    private let generationCapacity: Int
    private var young: [DNSQuestion: Entry] = [:]
    private var old: [DNSQuestion: Entry] = [:]

    init(capacity: Int) { generationCapacity = capacity / 2 }

    /// How many answers are held, including stale ones that nobody has asked for again.
    var count: Int { young.count + old.count }

    mutating func answer(to question: DNSQuestion, at now: ContinuousClock.Instant) -> DNSAnswer? {
        if let entry = young[question] {
            if entry.expiry > now { return entry.answer }
            young[question] = nil
        } else if let entry = old.removeValue(forKey: question), entry.expiry > now {
            insert(entry, for: question)
            return entry.answer
        }
        return nil
    }

    mutating func keep(_ answer: DNSAnswer, for question: DNSQuestion, until expiry: ContinuousClock.Instant) {
        old[question] = nil
        insert(Entry(answer: answer, expiry: expiry), for: question)
    }

    private mutating func insert(_ entry: Entry, for question: DNSQuestion) {
        guard generationCapacity > 0 else { return }
        if young.count >= generationCapacity {
            old = young
            young = [:]
        }
        young[question] = entry
    }
}

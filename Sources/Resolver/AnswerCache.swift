/// Answers by question until their time is up, the longest unused thrown out first.
///
/// Recency is kept roughly: two generations, each of half the capacity. A hit moves an answer to the young
/// generation; when that is full, the old one is dropped and the young one becomes the old.
struct AnswerCache {
    private struct Entry {
        let answer: DNSAnswer
        let expiry: ContinuousClock.Instant
        let size: Int
    }

    private struct Generation {
        private(set) var entries: [DNSQuestion: Entry] = [:]
        private(set) var octets = 0

        mutating func insert(_ entry: Entry, for question: DNSQuestion) {
            octets += entry.size - (entries.updateValue(entry, forKey: question)?.size ?? 0)
        }

        mutating func remove(_ question: DNSQuestion) -> Entry? {
            let entry = entries.removeValue(forKey: question)
            octets -= entry?.size ?? 0
            return entry
        }
    }

    private let generationCapacity: Int
    private let generationOctets: Int
    private var young = Generation()
    private var old = Generation()

    /// Holds at most so many answers, and at most so many octets of them.
    init(capacity: Int, octets: Int) {
        generationCapacity = capacity / 2
        generationOctets = octets / 2
    }

    /// How many answers are held, including stale ones that nobody has asked for again.
    var count: Int { young.entries.count + old.entries.count }

    /// What they take in memory, roughly.
    var octets: Int { young.octets + old.octets }

    /// The answer that is known, and until when.
    mutating func answer(
        to question: DNSQuestion, at now: ContinuousClock.Instant
    ) -> (answer: DNSAnswer, expiry: ContinuousClock.Instant)? {
        if let entry = young.entries[question] {
            if entry.expiry > now { return (entry.answer, entry.expiry) }
            _ = young.remove(question)
        } else if let entry = old.remove(question), entry.expiry > now {
            _ = insert(entry, for: question)
            return (entry.answer, entry.expiry)
        }
        return nil
    }

    /// Keeps an answer; false if it is too large for the cache.
    mutating func keep(
        _ answer: DNSAnswer, for question: DNSQuestion, until expiry: ContinuousClock.Instant
    ) -> Bool {
        _ = old.remove(question)
        let size = answer.memory + question.name.text.utf8.count
        return insert(Entry(answer: answer, expiry: expiry, size: size), for: question)
    }

    private mutating func insert(_ entry: Entry, for question: DNSQuestion) -> Bool {
        guard generationCapacity > 0, entry.size <= generationOctets else { return false }
        if young.entries.count >= generationCapacity || young.octets + entry.size > generationOctets {
            old = young
            young = Generation()
        }
        young.insert(entry, for: question)
        return true
    }
}

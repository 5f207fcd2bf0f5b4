import Bytes
import SearchIndex
import Testing

/// Every word, mail and position is the same in memory, in a segment and after merges.
struct FingerprintTests {
    /// Mails whose words are in one, some, most or all of them, once or hundreds of times, near and far.
    private static func mails(_ numbers: ClosedRange<UInt32>) -> [IndexedMail] {
        numbers.map { number in
            var random = SeededGenerator(seed: UInt64(number))
            var words = ["all", "only\(number)", number % 3 == 0 ? "third" : "other"]
            for _ in 0..<Int.random(in: 0..<400, using: &random) {
                words.append("w\(Int.random(in: 0..<Int.random(in: 1...3_000, using: &random), using: &random))")
            }
            if number % 50 == 0 { words += [String](repeating: "often", count: 700) }
            return TestMail.make(
                number: number, date: 1_600_000_000 + Int64(number) * 977, size: Int(number) * 311,
                subject: "subject \(number) \(words.prefix(9).joined(separator: " "))",
                body: words.joined(separator: " "), from: ["Anna \(number % 7) <a\(number % 40)@example.com>"],
                to: ["bob@example.org"], attachments: number % 9 == 0 ? ["plan \(number).pdf"] : [])
        }
    }

    private static func check(_ index: InvertedIndex, _ mails: [IndexedMail], without dead: Set<UInt32> = []) throws {
        let fingerprinter = index.makeFingerprinter()
        let found = try index.fingerprints(user: 1)
        #expect(found.count == mails.count - dead.count)
        for mail in mails where !dead.contains(mail.number) {
            #expect(found[mail.number] == fingerprinter(mail), "mail \(mail.number)")
        }
    }

    @Test func `nothing is lost or changed on the way from memory into merged segments`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open(IndexOptions(levelZeroSize: 48 << 20, fanOut: 2))
        let mails = Self.mails(1...600)
        try index.add(Array(mails[..<400]))
        try Self.check(index, Array(mails[..<400]))
        try index.flush()
        try Self.check(index, Array(mails[..<400]))
        try index.add(Array(mails[400...]))
        try index.remove(user: 1, numbers: [7, 130, 401])
        try index.flush()
        while try index.mergeIfNeeded() {}
        #expect(index.statistics().runs.count == 1)
        try Self.check(index, mails, without: [7, 130, 401])
        try index.verify()
        try index.close()
        let (again, _) = try folder.open()
        try Self.check(again, mails, without: [7, 130, 401])
        let query = try folder.query("\"often often\" -third larger:100")
        let numbers = try again.search(user: 1, query: query, limit: 100).numbers
        #expect(numbers == [550, 500, 400, 350, 250, 200, 100, 50])
    }

    @Test func `mails that came in no order are found in theirs`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open(IndexOptions(levelZeroSize: 48 << 20, fanOut: 2))
        let mails = Self.mails(1...300)
        var random = SeededGenerator(seed: 3)
        let shuffled = mails.shuffled(using: &random)
        try index.add(Array(shuffled[..<150]))
        try index.flush()
        try index.add(Array(shuffled[150...]))
        try index.flush()
        while try index.mergeIfNeeded() {}
        try Self.check(index, mails)
        #expect(try index.search(user: 1, query: folder.query("all "), limit: 500).numbers == (1...300).reversed())
        try index.close()
    }

    @Test(arguments: [
        ("one two", "two one"), ("one one two", "one two one"), ("one two", "one two two"), ("one two", "one twp"),
    ])
    func `mails that differ in a word, its place or its number have other fingerprints`(_ pair: (String, String)) throws
    {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        let fingerprinter = index.makeFingerprinter()
        let (first, second) = (TestMail.make(number: 1, body: pair.0), TestMail.make(number: 1, body: pair.1))
        #expect(fingerprinter(first) != fingerprinter(second))
        #expect(fingerprinter(first) == fingerprinter(first))
        #expect(
            fingerprinter(TestMail.make(number: 1, subject: "one"))
                != fingerprinter(TestMail.make(number: 1, body: "one")))
        try index.close()
    }
}

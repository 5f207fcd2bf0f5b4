import Bytes
import SearchIndex
import Testing

/// Random mails, questions, flushes, merges and restarts, against a model that looks at every mail.
struct DifferentialTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `random histories give the same hits as looking at every mail`(seed: UInt64) throws {
        var history = try RandomHistory(seed: seed)
        for _ in 0..<150 { try history.step() }
        try history.compare(questions: 60)
        try history.close()
    }
}

/// One index and one model that live through the same.
struct RandomHistory {
    static let users: [UInt32] = [1, 2, 7, 256, 65_536]
    static let options = IndexOptions(levelZeroSize: 8 << 20, fanOut: 3, maximumRuns: 6, hashKey: 1)

    let folder: TestFolder
    private let seed: UInt64
    private var index: InvertedIndex
    private var model = MailModel()
    private var random: SeededGenerator
    private var mails: [IndexedMail] = []
    private var numbers: [UInt32: UInt32] = [:]
    private var sequence: UInt64 = 0

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        folder = try TestFolder()
        index = try folder.open(Self.options).0
    }

    func close() throws {
        try index.close()
    }

    mutating func step() throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<9: try add()
        case 9: try addAgain()
        case 10: try index.flush()
        case 11: _ = try index.mergeIfNeeded()
        case 12: try reopen(cleanly: true)
        case 13: try reopen(cleanly: false)
        case 14, 15: try remove()
        case 16 where Int.random(in: 0..<6, using: &random) == 0: try removeUser()
        case 17: changeFlags()
        default: try compare(questions: 4)
        }
    }

    // MARK: What happens

    private mutating func add() throws {
        var batch: [IndexedMail] = []
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            let user = Self.users[min(Int.random(in: 0..<8, using: &random), 4)]
            batch.append(makeMail(user))
        }
        // Deliveries overtake each other now and then.
        if Int.random(in: 0..<4, using: &random) == 0, batch.count > 3 { batch.swapAt(0, 2) }
        try index.add(batch)
        for mail in batch { model.add(mail) }
        mails += batch
    }

    private mutating func addAgain() throws {
        guard let mail = mails.randomElement(using: &random), model.entries[mail.user]?[mail.number] != nil else {
            return
        }
        try index.add([mail])
    }

    private mutating func remove() throws {
        guard let mail = mails.randomElement(using: &random) else { return }
        let others = (0..<30).map { _ in UInt32.random(in: 1...60, using: &random) }
        try index.remove(user: mail.user, numbers: [mail.number] + others)
        for number in [mail.number] + others { model.remove(user: mail.user, number: number) }
    }

    private mutating func removeUser() throws {
        let user = Self.users.randomElement(using: &random) ?? 1
        try index.removeUser(user)
        model.remove(user: user)
    }

    private mutating func changeFlags() {
        for mail in mails where Int.random(in: 0..<10, using: &random) == 0 {
            let flags = MailFlags(rawValue: UInt16.random(in: 0..<4, using: &random))
            let mailbox = UInt32.random(in: 1...3, using: &random)
            guard model.entries[mail.user]?[mail.number] != nil else { continue }
            index.setFlags(user: mail.user, number: mail.number, flags: flags, mailbox: mailbox)
            model.set(user: mail.user, number: mail.number, flags: flags, mailbox: mailbox)
        }
    }

    /// Without a clean end, level 0 is lost, and the store gives it again.
    private mutating func reopen(cleanly: Bool) throws {
        if cleanly { try index.close() }
        let (opened, covers) = try folder.open(Self.options)
        index = opened
        let living = mails.filter { model.entries[$0.user]?[$0.number] != nil }
        try index.add(living.filter { $0.sequence > covers })
        for (user, entries) in model.entries {
            for (number, entry) in entries {
                index.setFlags(user: user, number: number, flags: entry.flags, mailbox: entry.mailbox)
            }
        }
    }

    mutating func compare(questions: Int) throws {
        for _ in 0..<questions {
            let user = Self.users.randomElement(using: &random) ?? 1
            let question = makeQuestion(depth: 2)
            let query = try folder.query(question.text).resolvingMailboxes { UInt32($0.dropFirst(3)) }
            let expected = model.search(user: user, question)
            let limit = Int.random(in: 1...40, using: &random)
            var found: [UInt32] = []
            var before: UInt32?
            repeat {
                let page = try index.search(user: user, query: query, limit: limit, before: before)
                found += page.numbers
                before = page.next
            } while before != nil && found.count <= expected.count + limit
            #expect(found == expected, "seed \(seed), user \(user): \(question.text)")
            #expect(try index.count(user: user, query: query) == expected.count, "seed \(seed): \(question.text)")
        }
    }

    // MARK: What it is made of

    private mutating func makeMail(_ user: UInt32) -> IndexedMail {
        sequence += 1
        let number = (numbers[user] ?? 0) + 1
        numbers[user] = number
        let attachments = Int.random(in: 0..<4, using: &random) == 0 ? [makeText(2)] : []
        return TestMail.make(
            user: user, number: number, sequence: sequence,
            date: 1_759_276_800 + Int64.random(in: 0..<2_592_000, using: &random),
            size: Int.random(in: 100..<5_000, using: &random), subject: makeText(4),
            body: makeText(Int.random(in: 0..<80, using: &random)), from: ["\(makeText(2)) <\(makeAddress())>"],
            to: ["\(makeText(1)) <\(makeAddress())>", "<\(makeAddress())>"], attachments: attachments)
    }

    private mutating func makeAddress() -> String { "\(makeWord())@\(makeWord()).\(makeWord())" }

    private mutating func makeText(_ count: Int) -> String {
        (0..<count).map { _ in makeWord() }.joined(separator: " ")
    }

    /// Few words are common and many are rare.
    private mutating func makeWord() -> String {
        let rank = Int(Double.random(in: 1...60, using: &random) * Double.random(in: 0...1, using: &random))
        let letters = Array("etaonshrdlu")
        return String(
            [letters[rank % 11], letters[rank / 11 % 11], letters[rank % 7], letters[rank % 5]].prefix(2 + rank % 3))
    }

    private mutating func makeQuestion(depth: Int) -> Question {
        let part = Question.Part.allCases.randomElement(using: &random) ?? .any
        switch Int.random(in: 0..<(depth > 0 ? 16 : 10), using: &random) {
        case 0, 1, 2: return .word(part, makeWord())
        case 3: return .word(part == .to ? .to : .from, makeAddress())
        case 4: return .phrase(part, [makeWord(), makeWord()])
        case 5: return .unread
        case 6: return Bool.random(using: &random) ? .flagged : .attachment
        case 7: return .mailbox(UInt32.random(in: 1...4, using: &random))
        case 8: return .larger(Int.random(in: 0..<5_000, using: &random))
        case 9:
            return depth == 2
                ? .prefix(String(makeWord().prefix(2))) : .before(day: Int.random(in: 1...30, using: &random))
        case 10, 11, 12:
            return .and((0..<Int.random(in: 2...3, using: &random)).map { _ in makeQuestion(depth: depth - 1) })
        case 13, 14: return .or((0..<Int.random(in: 2...3, using: &random)).map { _ in makeQuestion(depth: depth - 1) })
        default: return .not(makeQuestion(depth: depth - 1))
        }
    }
}

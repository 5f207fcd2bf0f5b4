import MailStore
import Testing

@Suite struct UserTests {
    let directory: TemporaryDirectory
    let store: MailStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try MailStore.open(directory: directory.path)
    }

    @Test func `an address is found in any letter case`() async throws {
        let user = try await store.addUser("Ada.Lovelace@Example.ORG")
        #expect(try await store.user(for: "ada.lovelace@example.org") == user)
        #expect(try await store.user(for: "ADA.LOVELACE@EXAMPLE.ORG") == user)
        #expect(try await store.user(for: "ada@example.org") == nil)
        #expect(try await store.users() == [User(id: user, address: "ada.lovelace@example.org")])
    }

    @Test func `a user is added once`() async throws {
        _ = try await store.addUser("ada@example.org")
        await #expect(throws: MailStoreError.userExists("ada@example.org")) {
            try await store.addUser("Ada@Example.org")
        }
        #expect(try await store.users().count == 1)
    }

    @Test(arguments: ["", "ada", "@example.org", "ada@", "a\nb@example.org", String(repeating: "a", count: 321) + "@b"])
    func `what cannot be an address is refused`(address: String) async throws {
        await #expect(throws: MailStoreError.invalidAddress(address)) { try await store.addUser(address) }
        #expect(try await store.user(for: address) == nil)
    }

    @Test func `a user that another connection adds is seen soon and can get mail at once`() async throws {
        #expect(try await store.user(for: "ada@example.org") == nil)
        let other = try MailStore.open(directory: directory.path)
        let user = try await other.addUser("ada@example.org")
        #expect(try await store.deliver([delivery(1)]).placements()[0].user == user)
        let deadline = ContinuousClock.now + .seconds(30)
        var found: UserID?
        while found == nil, ContinuousClock.now < deadline {
            found = try await store.user(for: "ada@example.org")
            if found == nil { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(found == user)
        try await other.close()
    }

    @Test func `two connections deliver without a double number`() async throws {
        _ = try await store.addUser("ada@example.org")
        let other = try MailStore.open(directory: directory.path)
        let places = try await withThrowingTaskGroup(of: [Placement].self) { group in
            for number in 0..<60 {
                let chosen = number.isMultiple(of: 2) ? store : other
                group.addTask { try await chosen.deliver([delivery(number / 3)]).placements() }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(places.filter(\.isNew).count == 20)
        #expect(Set(places.map(\.number)) == Set(1...20))
        #expect(Set(places.map(\.sequence)) == Set(1...20))
        try await other.close()
    }

    @Test func `a user who has mail is removed with it only, and what others have of it stays`() async throws {
        let ada = try await store.addUser("ada@example.org")
        let bob = try await store.addUser("bob@example.org")
        // More than one transaction deletes.
        for number in 0..<510 { _ = try await store.deliver([delivery(number)]).placements() }
        _ = try await store.deliver([delivery(1, to: "bob@example.org")]).placements()
        await #expect(throws: MailStoreError.userHasMail("ada@example.org", count: 510)) {
            try await store.removeUser("Ada@example.org", withMail: false)
        }
        #expect(try await store.user(for: "ada@example.org") == ada)
        let removed = try await store.removeUser("Ada@example.org", withMail: true)
        #expect(removed.user == ada && removed.mails == 510)
        #expect(try await store.user(for: "ada@example.org") == nil)
        #expect(try await store.list(user: ada, limit: 9).isEmpty)
        #expect(try await store.body(user: bob, number: 1) != nil)
        let statistics = try await store.statistics()
        #expect(statistics.users == 1 && statistics.mails == 1 && statistics.bodies == 1)
        let refused = try await store.deliver([delivery(9_999)])
        #expect(throws: DeliveryError.self) { try refused[0].get() }
        await #expect(throws: MailStoreError.unknownUser("ada@example.org")) {
            try await store.removeUser("ada@example.org", withMail: true)
        }
        // Whoever gets the address next is somebody else.
        #expect(try await store.addUser("ada@example.org") != ada)
        #expect(try await store.removeUser("ada@example.org", withMail: false).mails == 0)
    }
}

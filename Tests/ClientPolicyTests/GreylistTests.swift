import Bytes
import ClientPolicy
import Files
import Resolver
import SimulatedFiles
import Testing

struct GreylistTests {
    private let start = Timestamp(seconds: 1_000_000)
    private let policy = GreylistPolicy(
        delay: .seconds(60), window: .seconds(3_600), memory: .seconds(86_400), trustAfter: 3)
    private let network = AddressBlock(.v4(0xC000_0200), bits: 24)
    private let disk = SimulatedFileSystem()

    private func store() throws -> GreylistStore { try GreylistStore(directory: "/greylist", fileSystem: disk) }

    private func judge(
        _ store: GreylistStore, _ sender: String = "a@example.com", after seconds: Int64,
        from block: AddressBlock? = nil
    ) -> GreylistJudgement {
        store.judge(
            client: block ?? network, sender: sender, recipient: "alice@example.org", by: policy,
            at: start + .seconds(seconds))
    }

    @Test func `a sender who comes back in time is let through, and from then on at once`() throws {
        let store = try store()
        #expect(judge(store, after: 0) == .new(.seconds(60)))
        #expect(judge(store, after: 20) == .early(.seconds(40)))
        #expect(judge(store, after: 59) == .early(.seconds(1)))
        #expect(judge(store, after: 60) == .returned)
        #expect(judge(store, after: 61) == .known)
        #expect(judge(store, "A@EXAMPLE.COM", after: 62) == .known)
        #expect(judge(store, "b@example.com", after: 63) == .new(.seconds(60)))
    }

    @Test func `who comes back too late is new again, and who stays away is forgotten`() throws {
        let store = try store()
        #expect(judge(store, after: 0) == .new(.seconds(60)))
        #expect(judge(store, after: 3_600) == .new(.seconds(60)))
        #expect(judge(store, after: 3_700) == .returned)
        #expect(judge(store, after: 3_700 + 86_399) == .known)
        #expect(judge(store, after: 3_700 + 86_399 + 86_400) == .new(.seconds(60)))
    }

    @Test func `a network whose senders come back is trusted`() throws {
        let store = try store()
        for number in 0..<3 { #expect(judge(store, "\(number)@example.com", after: 0).delay != nil) }
        for number in 0..<3 { #expect(judge(store, "\(number)@example.com", after: 60) == .returned) }
        #expect(judge(store, "new@example.net", after: 61) == .trusted)
        #expect(judge(store, "new@example.net", after: 61, from: AddressBlock(.v4(0xC633_6400), bits: 24)).delay != nil)
    }

    @Test func `a clock that is set back does not keep a sender out`() throws {
        let store = try store()
        #expect(judge(store, after: 0) == .new(.seconds(60)))
        #expect(judge(store, after: -86_400) == .new(.seconds(60)))
        #expect(judge(store, after: -86_340) == .returned)
    }

    @Test func `what was saved is known after a crash`() throws {
        let store = try store()
        #expect(judge(store, after: 0).delay != nil)
        try store.save(by: policy, at: start)
        #expect(judge(store, after: 60) == .returned)
        try store.save(by: policy, at: start)
        #expect(judge(store, "late@example.com", after: 60).delay != nil)
        let after = try GreylistStore(directory: "/greylist", fileSystem: disk.crash(.everything, seed: 1))
        #expect(after.damage.isEmpty)
        #expect(judge(after, after: 61) == .known)
        #expect(judge(after, "late@example.com", after: 120) == .new(.seconds(60)))
    }

    @Test func `a file with a flipped bit or cut short loses only that record`() throws {
        let store = try store()
        for number in 0..<10 { _ = judge(store, "\(number)@example.com", after: 0) }
        try store.save(by: policy, at: start)
        let file = try disk.open("/greylist/greylist.log", .update)
        let size = try file.size()
        var octet = try file.read(100..<101)
        octet[0] ^= 0x10
        try octet.withUnsafeBytes { try file.write($0, at: 100) }
        try file.truncate(to: size - 1)
        let after = try GreylistStore(directory: "/greylist", fileSystem: disk)
        #expect(after.damage.contains("1 records"))
        #expect(after.count == 8)
        _ = judge(after, "next@example.com", after: 0)
        try after.save(by: policy, at: start)
        #expect(try GreylistStore(directory: "/greylist", fileSystem: disk).count == 9)
    }

    @Test func `a file of somebody else is set aside and not lost`() throws {
        try disk.createDirectory("/greylist")
        let file = try disk.open("/greylist/greylist.log", .create)
        try Array("not a greylist".utf8).withUnsafeBytes { try file.write($0, at: 0) }
        let store = try store()
        #expect(store.damage.contains("set aside"))
        #expect(try disk.list("/greylist").contains("greylist.log.damaged"))
        _ = judge(store, after: 0)
        try store.save(by: policy, at: start)
        #expect(try self.store().count == 1)
    }

    @Test func `a failed save loses nothing once the disk works again`() throws {
        let store = try store()
        _ = judge(store, after: 0)
        try store.save(by: policy, at: start)
        _ = judge(store, "b@example.com", after: 0)
        disk.planAlways(.outOfSpace, for: .write)
        #expect(throws: FileError.self) { try store.save(by: policy, at: start) }
        disk.heal()
        try store.save(by: policy, at: start)
        #expect(try self.store().count == 2)
    }

    @Test func `a file that has grown by changes is written anew, without what has expired`() throws {
        let store = try store()
        _ = judge(store, "gone@example.com", after: 0)
        #expect(judge(store, after: 0).delay != nil)
        for round in 0..<20_000 {
            let moment = 60 + Int64(round) * 3_600
            #expect(judge(store, after: moment).delay == nil)
            if round.isMultiple(of: 100) { try store.save(by: policy, at: start + .seconds(moment)) }
        }
        let size = try disk.open("/greylist/greylist.log", .read).size()
        #expect(size < 15_000 * 40)
        #expect(try self.store().count == 1)
    }
}

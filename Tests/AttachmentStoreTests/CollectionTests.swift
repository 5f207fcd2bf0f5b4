import Bytes
import Files
import SimulatedFiles
import Synchronization
import Testing

@testable import AttachmentStore

/// Contents that nobody refers to any more go, and no others.
struct CollectionTests {
    private let disk = SimulatedFileSystem()

    private func openedStore(_ disk: any FileSystem) throws -> AttachmentStore {
        let store = AttachmentStore(directory: "/attachments", fileSystem: disk)
        try store.prepare()
        return store
    }

    private func store(_ text: String, in store: AttachmentStore) async throws -> (form: StoredForm, octets: Octets) {
        let (octets, range) = message(body: Array(text.utf8))
        let stored = try await store.store(octets, attachments: [.init(body: range, encoding: .identity)])
        return (stored.form, octets)
    }

    @Test func `what nobody refers to goes, and may come again`() async throws {
        let store = try openedStore(disk)
        let (first, second) = (try await self.store("first", in: store), try await self.store("second one", in: store))
        let removed = try await store.collect { Set(first.form.digests) }
        #expect(removed == AttachmentStatistics(contents: 1, octets: 10))
        #expect(try await store.restore(first.form) == first.octets)
        await #expect(throws: AttachmentStoreError.missing(second.form.digests[0])) {
            try await store.restore(second.form)
        }
        // The process has known it to be there, and must not rely on that.
        let again = try await self.store("second one", in: store)
        #expect(try await store.restore(again.form) == second.octets)
        #expect(try await store.collect { Set(first.form.digests + again.form.digests) } == AttachmentStatistics())
    }

    @Test func `what is stored while a collection looks is kept, whether it was there before or not`() async throws {
        let store = try openedStore(disk)
        let old = try await self.store("old", in: store)
        let removed = try await store.collect {
            _ = try await self.store("new", in: store)
            _ = try await self.store("old", in: store)
            await #expect(throws: AttachmentStoreError.collecting) { try await store.collect { [] } }
            return []
        }
        #expect(removed == AttachmentStatistics())
        #expect(try await store.restore(old.form) == old.octets)
        #expect(try await store.collect { [] }.contents == 2)
    }

    @Test func `many tasks store while collections run, and find what they stored`() async throws {
        let directory = try TemporaryDirectory()
        let store = AttachmentStore(directory: directory.path + "/attachments", fileSystem: LocalFileSystem())
        try store.prepare()
        let use = Use()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<6 {
                group.addTask {
                    for number in 0..<60 {
                        use.begin(task * 100 + number)
                        let stored = try await self.store("content \((number + task) % 7)", in: store)
                        use.end(task * 100 + number, referringTo: stored.form.digests)
                        #expect(try await store.restore(stored.form) == stored.octets)
                        use.forget(stored.form.digests)
                    }
                }
            }
            group.addTask {
                for _ in 0..<40 {
                    _ = try await store.collect {
                        let earlier = use.storing
                        while !use.storing.isDisjoint(with: earlier) { await Task.yield() }
                        return use.needed
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a disk that refuses a removal is named, and the next collection does the rest`() async throws {
        let store = try openedStore(disk)
        for number in 0..<5 { _ = try await self.store("content \(number)", in: store) }
        disk.planAlways(.inputOutput, for: .remove)
        await #expect(throws: FileError.self) { try await store.collect { [] } }
        disk.heal()
        #expect(try await store.collect { [] }.contents == 5)
    }

    @Test func `files that are written are not taken for remnants when the store is prepared again`() async throws {
        let store = try openedStore(disk)
        try disk.open("/attachments/incoming/under-way", .create).close()
        try store.prepare()
        #expect(try disk.list("/attachments/incoming") == ["under-way"])
        _ = try openedStore(disk)
        #expect(try disk.list("/attachments/incoming").isEmpty)
    }

    @Test(arguments: Loss.allCases)
    func `a crash at any operation of the first preparation leaves a store that can be prepared`(_ loss: Loss)
        async throws
    {
        let images = Mutex<[SimulatedFileSystem]>([])
        disk.watchCrashes { image in images.withLock { $0.append(image) } }
        _ = try openedStore(disk)
        let crashes = images.withLock { $0 }
        #expect(crashes.count > 270)
        for (number, image) in crashes.enumerated() where number % 7 == 0 || number < 4 || number > crashes.count - 4 {
            let left = image.crash(loss, seed: UInt64(number))
            let stored = try await self.store("precious", in: try openedStore(left))
            // What it says is durable is so, although the crash may have taken directories that seemed to be there.
            let later = left.crash(.everything, seed: 0)
            #expect(try await openedStore(later).restore(stored.form) == stored.octets, "operation \(number)")
        }
    }
}

/// As the server has it: who is storing, and what is referred to.
private final class Use: Sendable {
    private let state = Mutex<(storing: Set<Int>, needed: [Digest: Int])>(([], [:]))

    var storing: Set<Int> { state.withLock { $0.storing } }
    var needed: Set<Digest> { state.withLock { Set($0.needed.filter { $0.value > 0 }.keys) } }

    func begin(_ number: Int) { state.withLock { _ = $0.storing.insert(number) } }

    func end(_ number: Int, referringTo digests: [Digest]) {
        state.withLock { state in
            for digest in digests { state.needed[digest, default: 0] += 1 }
            state.storing.remove(number)
        }
    }

    func forget(_ digests: [Digest]) {
        state.withLock { state in for digest in digests { state.needed[digest, default: 0] -= 1 } }
    }
}

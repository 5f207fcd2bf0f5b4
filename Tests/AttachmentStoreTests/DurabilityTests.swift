import AttachmentStore
import Bytes
import Files
import Synchronization
import Testing

@Suite struct DurabilityTests {
    let disk = ManualDisk()

    private func openedStore() throws -> AttachmentStore {
        let store = AttachmentStore(directory: "/attachments", fileSystem: disk)
        try store.prepare()
        return store
    }

    @Test func `what was stored survives the loss of power`() async throws {
        let store = try openedStore()
        let (octets, range) = message(body: Array("precious".utf8))
        let (form, _) = try await store.store(octets, attachments: [.init(body: range, encoding: .identity)])
        disk.crash()
        #expect(try await openedStore().restore(form) == octets)
    }

    @Test func `a content whose name was not durable yet is made durable when it comes again`() async throws {
        let (octets, range) = message(body: Array("precious".utf8))
        let form = try await openedStore().store(octets, attachments: [.init(body: range, encoding: .identity)]).form
        // Another process wrote it and was killed before its directory was synchronized.
        disk.state.withLock { $0.durableNames = [:] }
        _ = try await openedStore().store(octets, attachments: [.init(body: range, encoding: .identity)])
        disk.crash()
        #expect(try await openedStore().restore(form) == octets)
    }

    @Test func `a batch synchronizes each directory once`() async throws {
        let store = try openedStore()
        let before = disk.log.count
        let batch = (0..<2_000).map { number in
            let (octets, range) = message(body: Array("content \(number)".utf8))
            return (octets: octets, attachments: [AttachmentRange(body: range, encoding: .identity)])
        }
        _ = try await store.store(batch)
        let log = disk.log.dropFirst(before)
        let directories = log.filter { $0.hasPrefix("synchronize /") }
        #expect(log.filter { $0 == "synchronize file" }.count == 2_000)
        #expect(directories.count == Set(directories).count)
        #expect(directories.count <= 256)
    }

    @Test func `a full disk is told apart, leaves nothing behind, and the store goes on when there is room`()
        async throws
    {
        let store = try openedStore()
        disk.limit(to: 10)
        let (large, largeRange) = message(body: Array("more octets than there is room for".utf8))
        let (small, smallRange) = message(body: Array("few".utf8))
        let results = try await store.store([
            (large, [.init(body: largeRange, encoding: .identity)]),
            (small, [.init(body: smallRange, encoding: .identity)]),
        ])
        guard case .failure(let error) = results[0] else {
            Issue.record("a full disk took a content")
            return
        }
        #expect(error.isOutOfSpace)
        #expect(error.label == "out-of-space")
        #expect(try await store.restore(results[1].get().form) == small)
        #expect(disk.files.count == 1)
        disk.limit(to: 1_000)
        let form = try await store.store(large, attachments: [.init(body: largeRange, encoding: .identity)]).form
        #expect(try await store.restore(form) == large)
    }

    @Test func `what a crash left half written is removed at the next start`() async throws {
        _ = try openedStore()
        let left = try disk.open("/attachments/incoming/left", .create)
        left.close()
        _ = try openedStore()
        #expect(disk.files.isEmpty)
    }

    @Test func `many tasks may store the same at once on the real disk`() async throws {
        let directory = try TemporaryDirectory()
        let store = AttachmentStore(directory: directory.path + "/attachments", fileSystem: LocalFileSystem())
        try store.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for number in 0..<20 {
                        let content = Array("content \((number + task) % 20)".utf8)
                        let (octets, range) = message(body: base64(content))
                        let stored = try await store.store(octets, attachments: [.init(body: range, encoding: .base64)])
                        #expect(try await store.restore(stored.form) == octets)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.statistics().contents == 20)
        #expect(try LocalFileSystem().list(directory.path + "/attachments/incoming").isEmpty)
    }
}

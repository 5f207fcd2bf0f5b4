extension SimulatedDisk {
    private static let sector = 512

    /// The disk that a restart finds after the power failed now.
    func crashed(_ loss: Loss, seed: UInt64) -> SimulatedDisk {
        var rest = self
        var generator = SeededGenerator(seed: seed)
        for (_, change) in pendingNames where Self.survives(loss, &generator) { rest.makeDurable(change) }
        rest.names = rest.durableNames
        // One whose parent is gone cannot be reached.
        rest.directories = rest.durableDirectories.filter { path in
            var path = path
            while path != "/", !path.isEmpty, rest.durableDirectories.contains(path) { path = Self.directory(of: path) }
            return path == "/" || path.isEmpty
        }
        rest.durableDirectories = rest.directories
        // A directory takes with it what is in it.
        for path in rest.names.keys where !rest.directories.contains(Self.directory(of: path)) {
            rest.names[path] = nil
        }
        let linked = Set(rest.names.values)
        for number in nodes.keys.sorted() {
            guard linked.contains(number), var node = nodes[number] else {
                rest.nodes[number] = nil
                continue
            }
            for change in node.pending { Self.save(change, to: &node.durable, loss, &generator) }
            rest.nodes[number] = Node(content: node.durable, durable: node.durable)
        }
        rest.durableNames = rest.names
        rest.pendingNames = []
        rest.faults = [:]
        rest.lastingFaults = [:]
        rest.barriers = [:]
        rest.operationCount = 0
        rest.isDown = false
        return rest
    }

    private static func survives(_ loss: Loss, _ generator: inout SeededGenerator) -> Bool {
        switch loss {
        case .everything, .names: false
        case .nothing: true
        case .someWrites, .someSectors, .someOctets: Bool.random(using: &generator)
        }
    }

    private static func save(
        _ change: Change, to content: inout SimulatedContent, _ loss: Loss, _ generator: inout SeededGenerator
    ) {
        switch loss {
        case .everything: return
        case .nothing, .names: return change.apply(to: &content)
        case .someWrites, .someSectors, .someOctets:
            guard Bool.random(using: &generator) else { return }
        }
        guard case .write(let bytes, let offset) = change, loss != .someWrites else {
            return change.apply(to: &content)
        }
        if loss == .someOctets {
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            return Change.write(Array(bytes[..<cut]), at: offset).apply(to: &content)
        }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, (offset + start) / sector * sector + sector - offset)
            if Bool.random(using: &generator) {
                Change.write(Array(bytes[start..<end]), at: offset + start).apply(to: &content)
            }
            start = end
        }
    }
}

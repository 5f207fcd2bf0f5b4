import Files

extension SimulatedDisk {
    mutating func write(_ bytes: [UInt8], at offset: Int, to node: Int, _ path: String) throws(FileError) {
        let fault = begin(.write)
        guard !isDown || fault == .crash else { throw FileError(.write, path: path, code: 5) }
        let growth = offset + bytes.count - (nodes[node]?.content.count ?? 0)
        if fault == .readOnly { throw FileError(.write, path: path, code: 30) }
        guard fault == nil, growth <= 0 || growth <= free else {
            // A write that fails may have happened in part.
            let part = bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))
            let room = growth <= free ? part.count : max(0, min(part.count, part.count - (growth - free)))
            if room > 0 { change(node, .write(Array(part.prefix(room)), at: offset)) }
            throw FileError(.write, path: path, code: fault?.code ?? 28)
        }
        octetsWritten += bytes.count
        change(node, .write(bytes, at: offset))
    }

    mutating func allocate(_ size: Int, _ node: Int, _ path: String) throws(FileError) {
        try begin(.allocate, .allocate, path)
        let growth = size - (nodes[node]?.content.count ?? 0)
        guard growth > 0 else { return }
        guard growth <= free else { throw FileError(.allocate, path: path, code: 28) }
        change(node, .resize(size))
    }

    mutating func truncate(to size: Int, _ node: Int, _ path: String) throws(FileError) {
        try begin(.truncate, .truncate, path)
        change(node, .resize(size))
    }

    mutating func synchronize(_ node: Int, _ path: String) throws(FileError) {
        synchronizations += 1
        let fault = begin(.synchronize)
        if let fault {
            // The kernel gives up on what it could not write: it stays readable, and no later call makes it durable.
            if fault != .crash, !isDown { settle(node) { Bool.random(using: &$0) } }
            throw FileError(.synchronize, path: path, code: fault.code)
        }
        settle(node) { _ in true }
    }

    private mutating func change(_ node: Int, _ change: Change) {
        guard var file = nodes.removeValue(forKey: node) else { return }
        change.apply(to: &file.content)
        file.pending.append(change)
        nodes[node] = file
    }

    private mutating func settle(_ node: Int, keeping isKept: (inout SeededGenerator) -> Bool) {
        guard var file = nodes.removeValue(forKey: node) else { return }
        for change in file.pending where isKept(&generator) { change.apply(to: &file.durable) }
        file.pending = []
        nodes[node] = file
    }
}

import Files

extension SimulatedDisk {
    mutating func open(_ path: String, _ mode: OpenMode) throws(FileError) -> Int {
        try look(.open, path)
        if let node = names[path] {
            if case .create = mode { throw FileError(.open, path: path, code: 17) }
            return node
        }
        switch mode {
        case .read, .update, .updateInBlocks: throw FileError(.open, path: path, code: 2)
        case .create, .updateOrCreate: break
        }
        let directory = Self.directory(of: path)
        guard directories.contains(directory) else { throw FileError(.open, path: path, code: 2) }
        try begin(.create, .open, path)
        lastNode += 1
        nodes[lastNode] = Node()
        names[path] = lastNode
        pendingNames.append((directory, .link(path, lastNode)))
        return lastNode
    }

    mutating func rename(_ source: String, to target: String) throws(FileError) {
        guard let node = names[source] else { throw FileError(.rename, path: source, code: 2) }
        try begin(.rename, .rename, source)
        names[source] = nil
        names[target] = node
        pendingNames.append((Self.directory(of: target), .rename(source, to: target, node)))
    }

    mutating func remove(_ path: String) throws(FileError) {
        guard names[path] != nil else { throw FileError(.remove, path: path, code: 2) }
        try begin(.remove, .remove, path)
        names[path] = nil
        pendingNames.append((Self.directory(of: path), .unlink(path)))
    }

    func list(_ directory: String) throws(FileError) -> [String] {
        try look(.list, directory)
        guard directories.contains(directory) else { throw FileError(.list, path: directory, code: 2) }
        let paths = Array(names.keys) + directories.filter { $0 != directory && $0 != "/" && !$0.isEmpty }
        return paths.filter { Self.directory(of: $0) == directory }
            .map { String($0.dropFirst(directory == "/" || directory.isEmpty ? directory.count : directory.count + 1)) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    mutating func createDirectory(_ path: String) throws(FileError) {
        var missing: [String] = []
        var directory = path
        while !directories.contains(directory) {
            missing.append(directory)
            directory = Self.directory(of: directory)
        }
        for directory in missing.reversed() {
            try begin(.create, .create, directory)
            directories.insert(directory)
            pendingNames.append((Self.directory(of: directory), .directory(directory)))
        }
    }

    mutating func synchronizeDirectory(_ path: String) throws(FileError) {
        guard directories.contains(path) else { throw FileError(.synchronize, path: path, code: 2) }
        try begin(.synchronizeDirectory, .synchronize, path)
        synchronizations += 1
        for (directory, change) in pendingNames where directory == path { makeDurable(change) }
        pendingNames.removeAll { $0.directory == path }
    }

    mutating func makeDurable(_ change: NameChange) {
        switch change {
        case .link(let path, let node): durableNames[path] = node
        case .unlink(let path): durableNames[path] = nil
        case .rename(let source, let target, let node):
            // The source may have got another file since; a rename takes away only its own.
            if durableNames[source] == node { durableNames[source] = nil }
            durableNames[target] = node
        case .directory(let path): durableDirectories.insert(path)
        }
    }
}

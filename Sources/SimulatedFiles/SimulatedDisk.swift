import Files

/// The state of a simulated disk.
struct SimulatedDisk {
    /// A change of a file that is not durable yet.
    enum Change {
        case write([UInt8], at: Int)
        case resize(Int)

        func apply(to content: inout SimulatedContent) {
            switch self {
            case .write(let bytes, let offset): bytes.withUnsafeBytes { content.write($0, at: offset) }
            case .resize(let size): content.resize(to: size)
            }
        }
    }

    /// A file, whatever it is called.
    struct Node {
        var content = SimulatedContent()
        var durable = SimulatedContent()
        var pending: [Change] = []
    }

    /// One thing that cannot be done with one file.
    struct Barrier: Hashable {
        var operation: FileError.Operation
        var path: String
    }

    /// A change of names in one directory that is not durable yet.
    enum NameChange {
        case link(String, Int)
        case unlink(String)
        case rename(String, to: String, Int)
        case directory(String)
    }

    var capacity: Int?
    var generator: SeededGenerator
    var nodes: [Int: Node] = [:]
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var directories: Set<String> = ["", "/"]
    var durableDirectories: Set<String> = ["", "/"]
    var pendingNames: [(directory: String, change: NameChange)] = []
    var lastNode = 0

    var operationCount = 0
    var faults: [Int: Fault] = [:]
    var lastingFaults: [OperationKind: Fault] = [:]
    /// What cannot be opened, read, listed or looked at, and the reason.
    var barriers: [Barrier: Int32] = [:]
    var isDown = false
    var octetsWritten = 0
    var synchronizations = 0

    init(capacity: Int?, seed: UInt64) {
        self.capacity = capacity
        generator = SeededGenerator(seed: seed)
    }

    /// How many octets still fit.
    var free: Int {
        guard let capacity else { return .max }
        let linked = Set(names.values)
        return max(0, capacity - nodes.reduce(0) { $0 + (linked.contains($1.key) ? $1.value.content.count : 0) })
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Has an operation that changes nothing fail where it is barred, or without power.
    func look(_ operation: FileError.Operation, _ path: String) throws(FileError) {
        let code = isDown ? 5 : barriers[Barrier(operation: operation, path: path)]
        if let code { throw FileError(operation, path: path, code: code) }
    }

    /// Counts an operation, and tells what shall go wrong with it.
    mutating func begin(_ kind: OperationKind) -> Fault? {
        guard !isDown else { return .inputOutput }
        operationCount += 1
        let fault = faults[operationCount] ?? lastingFaults[kind]
        if fault == .crash { isDown = true }
        return fault
    }

    /// An operation that happens as a whole or not at all.
    mutating func begin(
        _ kind: OperationKind, _ operation: FileError.Operation, _ path: String
    ) throws(FileError) {
        if let fault = begin(kind) { throw FileError(operation, path: path, code: fault.code) }
    }

    mutating func place(_ content: [UInt8], at path: String) {
        lastNode += 1
        let content = SimulatedContent(content)
        nodes[lastNode] = Node(content: content, durable: content)
        names[path] = lastNode
        durableNames[path] = lastNode
        var directory = Self.directory(of: path)
        while directories.insert(directory).inserted || !durableDirectories.contains(directory) {
            durableDirectories.insert(directory)
            directory = Self.directory(of: directory)
        }
    }
}

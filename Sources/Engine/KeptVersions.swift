import DurableQueue
package import Files
package import PipelineFiles

/// Keeps the text of every version of a pipeline that has mail in the queue, so that the mail can finish under it after
/// a restart, whatever the files say by then.
///
/// A version is two files, `DIGEST-site.yaml` and `DIGEST-` with the name of the pipeline's file. Both are durable before
/// the version takes its first message. What `${env:…}` and `${file:…}` stand for is not kept: those are secrets, and
/// read again.
package struct KeptVersions: Sendable {
    /// Hexadecimal digits of a SHA-256.
    private static let digestLength = 64

    let directory: String
    let fileSystem: any FileSystem
    let build: @Sendable (PipelineText) throws -> PipelinePlan

    /// Versions kept in a directory, which is made if need be.
    ///
    /// `build` makes a plan of a text that is kept; it throws what the check finds.
    package init(
        directory: String, fileSystem: any FileSystem, build: @escaping @Sendable (PipelineText) throws -> PipelinePlan
    ) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.build = build
    }

    /// Keeps the texts of plans; they are durable when this returns.
    ///
    /// - Throws: What the disk says.
    package func keep(_ plans: [PipelinePlan]) throws(FileError) {
        try fileSystem.createDirectory(directory)
        // Also one that is there: whoever made it may have ended before its name was durable.
        try fileSystem.synchronizeDirectory(
            String(directory[..<(directory.lastIndex(of: "/") ?? directory.endIndex)]))
        for plan in plans {
            try write(plan.text.site, "\(plan.digest)-\(PipelineCheck.siteFileName)")
            try write(plan.text.pipeline, "\(plan.digest)-\(plan.text.fileName)")
        }
        try fileSystem.synchronizeDirectory(directory)
    }

    /// The plan of a version that is kept.
    ///
    /// - Throws: Why it cannot be built any more.
    func plan(of version: PipelineVersion) throws -> PipelinePlan {
        let text = try text(of: version)
        let plan = try build(text)
        guard plan.name == version.name, plan.digest == version.digest else {
            throw KeptVersionError(description: "the text kept in \(directory) is not what it was")
        }
        return plan
    }

    /// Removes the versions that nobody needs; other files are left alone.
    ///
    /// - Throws: What the disk says.
    func forget(allBut needed: Set<String>) throws(FileError) {
        for name in try fileSystem.list(directory) {
            guard let digest = Self.digest(in: name), !needed.contains(digest) else { continue }
            try fileSystem.remove(directory + "/" + name)
        }
    }

    private func text(of version: PipelineVersion) throws -> PipelineText {
        let prefix = version.digest + "-"
        var files: [String: [UInt8]] = [:]
        let names = try fileSystem.exists(directory) ? fileSystem.list(directory) : []
        for name in names where name.hasPrefix(prefix) {
            files[String(name.dropFirst(prefix.count))] = try read(directory + "/" + name)
        }
        guard let site = files.removeValue(forKey: PipelineCheck.siteFileName), let pipeline = files.first else {
            throw KeptVersionError(description: "\(directory) does not hold its text")
        }
        return PipelineText(fileName: pipeline.key, pipeline: pipeline.value, site: site)
    }

    private static func digest(in name: String) -> String? {
        let digest = name.prefix(digestLength)
        guard digest.utf8.count == digestLength, name.dropFirst(digestLength).first == "-",
            digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return String(digest)
    }

    private func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try fileSystem.open(path, .read)
        defer { file.close() }
        return try file.read(0..<file.size())
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(FileError) {
        let file = try fileSystem.open(directory + "/" + name, .updateOrCreate)
        defer { file.close() }
        // What is there need not be written again, but whoever wrote it may have ended before it was durable.
        if try file.size() == bytes.count, try file.read(0..<bytes.count) == bytes { return try file.synchronize() }
        try file.truncate(to: 0)
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) {
                try file.write(buffer, at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try file.synchronize()
    }
}

/// Why mail cannot finish under the version of the pipeline that accepted it.
struct KeptVersionError: Error, CustomStringConvertible {
    let description: String
}

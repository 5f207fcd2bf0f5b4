import StageKit

/// What the checks of all files of a directory share.
struct CheckContext: Sendable {
    let catalog: StageCatalog
    let services: StageServices
    let references: References
    let siteBytes: [UInt8]
}

/// `site.yaml`, and where it names a listener.
struct CheckedSiteFile: Sendable {
    var site = SiteCheck.placeholder
    var bytes: [UInt8] = []
    var controlLocation: SourceLocation?
}

/// A file, and what to compare with the other files.
struct CheckedPipeline: Sendable {
    var plan: PipelinePlan?
    var name: String?
    var nameLocation: SourceLocation?
    var listeners: [(address: ListenerAddress, location: SourceLocation)] = []
}

/// A path relative to a directory.
func path(_ directory: String, _ name: String) -> String {
    if name.hasPrefix("/") || directory.isEmpty || directory == "." { return name }
    return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
}

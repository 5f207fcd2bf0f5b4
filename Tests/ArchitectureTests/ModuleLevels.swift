/// The levels of DESIGN.md, section 4: which modules there are, and which may import which.
///
/// A new module under Sources goes into ``levels``; an import between modules of one level into ``sideways``, with its
/// reason; a package from elsewhere into ``external``. Plugins need no entry: a folder under Plugins is known by itself.
enum ModuleLevels {
    /// The level of each module under Sources; imports go to lower levels only.
    static let levels: [String: Int] = [
        // 0: octets and names.
        "Addressing": 0, "Bytes": 0, "CBytes": 0,
        // 0: system libraries, one module map each.
        "CCAres": 0, "CIDN2": 0, "CSPF2": 0,
        // 1: octets to values; the disk as a protocol.
        "AuthenticationResults": 1, "Files": 1, "InternationalDomains": 1, "MIME": 1, "SimulatedFiles": 1, "SMTP": 1,
        // 2: all that a plugin needs to see.
        "StageKit": 2, "StageTesting": 2,
        // 3: the runner and the libraries behind the default stages.
        "Arrivals": 3, "ARC": 3, "AttachmentStore": 3, "DemoDNS": 3, "DKIM": 3, "DMARC": 3, "DurableQueue": 3,
        "Engine": 3, "MailStore": 3, "Mailboxes": 3, "PipelineFiles": 3, "PublicSuffixes": 3, "Resolver": 3,
        "SASL": 3, "SearchIndex": 3, "SPF": 3, "ClientPolicy": 3,
        // 4: thin adapters to the network.
        "ControlServer": 4, "SMTPServer": 4,
        // 5: commands.
        "sluice": 5, "spf-worker": 5,
    ]

    /// Imports between modules of one level that are allowed.
    static let sideways: [String: Set<String>] = [
        "Bytes": ["CBytes"],  // the C shims behind checksums and searches
        "SimulatedFiles": ["Files"],  // a disk that implements its protocol
        "StageTesting": ["StageKit"],  // fakes of the contract
        "Engine": ["DurableQueue", "PipelineFiles"],  // runs checked plans over the queue
        "Mailboxes": ["Arrivals", "AttachmentStore", "MailStore", "SearchIndex"],  // what a mailbox is made of
        "ClientPolicy": ["Resolver"],  // asks about the names and lists of clients
        "SPF": ["Resolver"],  // looks records up
        "DKIM": ["Resolver"],  // looks keys up
        "ARC": ["DKIM", "Resolver"],  // seals are signatures
        "DMARC": ["PublicSuffixes", "Resolver"],  // looks policies up, by the domain of the organization
        "DemoDNS": ["Resolver"],  // answers in the resolver's message format
    ]

    /// The libraries above level 2 that a plugin may not import: plugins fit libraries to the contract, and the engine
    /// runs plugins, never the other way round.
    static let closedToPlugins: Set<String> = ["Engine"]

    /// Plugins that are a receiver's adapter, and the module of level 4 that they stand for.
    static let receivers: [String: Set<String>] = ["ReceiveSMTP": ["SMTPServer"]]

    /// Modules that all may import: the toolchain's, and logging, which StageKit hands to every stage.
    static let everywhere: Set<String> = ["Glibc", "Logging", "Swift", "Synchronization", "_Concurrency"]

    /// Modules of other packages, and the few that may import them.
    static let external: [String: Set<String>] = [
        "ArgumentParser": ["sluice"],  // the command's arguments
        // SHA-256 names contents and triples; Ed25519; SCRAM
        "Crypto": ["AttachmentStore", "ClientPolicy", "DKIM", "SASL"],
        "CryptoExtras": ["DKIM"],  // RSA
        "GRDB": ["MailStore"], "GRDBSQLite": ["MailStore"],  // the one place that speaks SQL
        "ServiceLifecycle": ["sluice"],  // the task tree's root
        "UnixSignals": ["sluice"],  // a product of the same package
        "Yams": ["PipelineFiles"],  // the one place that reads YAML
    ]

    /// Modules that begin so are SwiftNIO, for level 4 and the plugins of ``receivers``.
    static let networkPrefix = "NIO"

    /// Who may import Foundation or its parts, with the reason; so far nobody needs to.
    static let foundation: [String: String] = [
        "sluice": "JSONEncoder and JSONDecoder for --json and the local interface"
    ]

    /// The system interface that makes receipts.
    static let receiptInterface = "@_spi(DurableQueue)"

    /// The one file that declares it; beside it only the queue may name it.
    static let receiptFile = "Sources/StageKit/DurableReceipt.swift"
}

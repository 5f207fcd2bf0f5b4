// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto: [Target.Dependency] = [
    .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
]

/// A library under Sources, and its tests if it has a folder of its own under Tests.
func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], tests: [Target.Dependency]? = nil,
    fixtures: [String] = [], extra: [SwiftSetting] = []
) -> [Target] {
    let target = Target.target(name: name, dependencies: dependencies, swiftSettings: settings + extra)
    guard let tests else { return [target] }
    return [
        target,
        .testTarget(
            name: name + "Tests", dependencies: [.byName(name: name)] + tests, exclude: fixtures,
            swiftSettings: settings),
    ]
}

/// A stage under Plugins: the folder `CheckSPF` is the target `CheckSPFStage`, since its type has the folder's name.
func stage(_ name: String, _ dependencies: [Target.Dependency] = [], tests: [Target.Dependency]? = nil) -> [Target] {
    let target = Target.target(
        name: name + "Stage", dependencies: ["Addressing", "Bytes", "StageKit"] + dependencies,
        path: "Plugins/\(name)", swiftSettings: settings)
    guard let tests else { return [target] }
    return [
        target,
        .testTarget(
            name: name + "StageTests", dependencies: [.byName(name: name + "Stage"), "Bytes", "StageKit"] + tests,
            swiftSettings: settings),
    ]
}

let stages: [Target] = [
    stage("BlockAttachments", ["MIME", "SMTP"], tests: ["Files", "SMTP", "StageTesting"]),
    stage("ReceiveSMTP", ["SMTP", "SMTPServer", log]),
    stage(
        "CheckSPF", ["AuthenticationResults", "Resolver", "SMTP", "SPF"],
        tests: ["Addressing", "DemoDNS", "Resolver", "SMTP", "StageTesting", "spf-worker", log]),
    stage(
        "CheckDKIM", ["DKIM", "MIME"],
        tests: [
            "CheckARCStage", "DKIM", "DemoDNS", "Resolver", "SealARCStage", "SignDKIMStage", "StageTesting",
        ]),
    stage("SignDKIM", ["DKIM", log]),
    stage("CheckARC", ["ARC", "DKIM"]),
    stage("SealARC", ["ARC", "AuthenticationResults", "DKIM", log]),
    stage(
        "CheckDMARC",
        ["AuthenticationResults", "DMARC", "MIME", "PublicSuffixes", "Resolver", log],
        tests: ["DemoDNS", "Files", "Resolver", "SMTP", "StageTesting"]),
    stage(
        "CheckRecipient", ["MailStore", "Mailboxes", "SMTP", log],
        tests: ["Addressing", "MailStore", "Mailboxes", "SMTP", "StageTesting"]),
    stage("CheckClient", ["ClientPolicy", "Resolver", "SMTP"]),
    stage("CheckDNSBL", ["ClientPolicy", "Resolver", "SMTP", log]),
    stage("CheckHelo", ["ClientPolicy", "Resolver", "SMTP"]),
    stage("CheckReverseDNS", ["ClientPolicy", "Resolver", "SMTP"]),
    stage("Greylist", ["ClientPolicy", "Files", "Resolver", "SMTP", log]),
    stage("LimitRate", ["ClientPolicy", "Resolver", "SMTP"]),
    stage(
        "WriteAuthenticationResults", ["AuthenticationResults", "Files", log],
        tests: ["AuthenticationResults", "MIME", "StageTesting"]),
    stage("ParseMIME", ["MIME"], tests: ["MIME", "SMTP", "StageTesting"]),
    stage("ScoreSpam", ["MIME"], tests: ["MIME", "SMTP", "StageTesting"]),
    stage("StoreAttachments", ["AttachmentStore", "MIME", "Mailboxes", "SMTP"]),
    stage("StoreMetadata", ["AttachmentStore", "AuthenticationResults", "MIME", "MailStore", "Mailboxes", "SMTP"]),
    stage("IndexMail", ["MIME", "Mailboxes", log]),
    stage("Notify", ["Arrivals", "MIME", "Mailboxes"]),
].flatMap(\.self)

let targets: [[Target]] = [
    // Level 0: bytes and addresses.
    [.target(name: "CBytes")],
    library("Bytes", ["CBytes"]),
    library("Addressing", tests: []),
    // Level 1: bytes to values, and the disk.
    library("Files", ["Bytes"]),
    library("MIME", ["Bytes", "CBytes"], tests: ["Bytes"], fixtures: ["Fixtures", "Differences.md", "Python"]),
    library("AuthenticationResults", ["Bytes", "CBytes"], tests: ["Bytes"]),
    library("SMTP", ["Addressing", "Bytes"], tests: ["Addressing", "Bytes", "SMTPDialogs"]),
    library("SimulatedFiles", ["Bytes", "Files"], tests: ["Bytes", "Files"]),
    // Level 2: all that a plugin needs to see.
    library(
        "StageKit", ["Addressing", "Bytes", "MIME", "SMTP", log],
        tests: ["Bytes", "MIME", "SMTP", "StageTesting"]),
    library(
        "StageTesting", ["Addressing", "Bytes", "SMTP", "StageKit", log], tests: ["Bytes", "SMTP", "StageKit", log]),
    // Level 3: what stands behind the stages, and the engine.
    library("Arrivals", ["Bytes"], tests: ["Bytes"]),
    library(
        "AttachmentStore", ["Bytes", "Files", .product(name: "Crypto", package: "swift-crypto")],
        tests: ["Bytes", "Files", "SimulatedFiles"]),
    library(
        "MailStore",
        [
            "Bytes", "Files", "StageKit", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ],
        tests: [
            "MailStoreCrashChild", "Bytes", "Files", "StageKit", .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    [
        .executableTarget(
            name: "MailStoreCrashChild", dependencies: ["MailStore", "Bytes", "StageKit"],
            path: "Tests/MailStoreCrashChild", swiftSettings: settings),
        .systemLibrary(name: "CCAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CSPF2", providers: [.apt(["libspf2-dev"])]),
    ],
    library(
        "DurableQueue", ["Bytes", "CBytes", "Files", "StageKit"],
        tests: ["Bytes", "Files", "SimulatedFiles", "StageKit"]),
    library(
        "Engine",
        ["Addressing", "Bytes", "DurableQueue", "PipelineFiles", "SMTP", "StageKit", log],
        tests: [
            "Addressing", "Bytes", "DurableQueue", "Files", "MIME", "PipelineFiles", "SMTP", "SimulatedFiles",
            "StageKit", "StageTesting", log,
        ]),
    library(
        "Mailboxes",
        ["Arrivals", "AttachmentStore", "Bytes", "Files", "MIME", "MailStore", "SearchIndex", "StageKit"],
        tests: ["AttachmentStore", "Bytes", "Files", "MailStore", "SearchIndex", "StageKit", "StageTesting"]),
    library(
        "PipelineFiles",
        ["Addressing", "AuthenticationResults", "Bytes", "Files", "InternationalDomains", "SMTP", "StageKit", "Yams"],
        tests: ["Addressing", "Bytes", "Files", "SMTP", "StageKit", log], fixtures: ["Golden"]),
    library("SASL", ["SMTP", .product(name: "Crypto", package: "swift-crypto")], tests: ["SMTP"]),
    // Its loops spend a tenth of their time on checks of exclusive access, which debug builds and tests go on making.
    library(
        "SearchIndex", ["Bytes", "CBytes", "Files"], tests: ["Bytes", "Files", "SimulatedFiles"],
        extra: [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]),
    library(
        "ClientPolicy",
        ["Addressing", "Bytes", "Files", "Resolver", "StageKit", .product(name: "Crypto", package: "swift-crypto")],
        tests: ["Bytes", "Files", "Resolver", "SimulatedFiles", "StageKit"]),
    [.systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])])],
    library("InternationalDomains", ["CIDN2"], tests: []),
    library(
        "PublicSuffixes", ["Bytes", "Files", "InternationalDomains"], tests: ["InternationalDomains", "SuiteCounts"]),
    library(
        "Resolver", ["Addressing", "CCAres", "Files", "InternationalDomains", "StageKit"],
        tests: ["DemoDNS", "StageKit"]),
    library(
        "DMARC",
        [
            "Addressing", "AuthenticationResults", "Bytes", "Files", "InternationalDomains", "PublicSuffixes",
            "Resolver",
        ],
        tests: [
            "AgeingResolver", "AuthenticationResults", "Bytes", "Files", "PublicSuffixes", "Resolver", "SimulatedFiles",
            "SuiteCounts",
        ]),
    library("DemoDNS", ["Files", "Resolver"], tests: ["Resolver"]),
    library(
        "SPF", ["Files", "InternationalDomains", "Resolver"],
        tests: ["AgeingResolver", "Resolver", "DemoDNS", "SuiteCounts", "spf-worker", "Yams"], fixtures: ["Fixtures"]),
    [.executableTarget(name: "spf-worker", dependencies: ["CSPF2"], swiftSettings: settings)],
    library(
        "DKIM",
        [
            "AuthenticationResults", "Bytes", "CBytes", "Files", "InternationalDomains", "Resolver", "StageKit",
        ] + crypto,
        tests: [
            "AgeingResolver", "AuthenticationResults", "Bytes", "DemoDNS", "Files", "Peers", "Resolver", "SuiteCounts",
        ] + crypto,
        fixtures: ["Differences.md", "Fixtures"]),
    library(
        "ARC", ["AuthenticationResults", "Bytes", "DKIM", "Files", "Resolver"],
        tests: ["Bytes", "DKIM", "Files", "Peers", "Resolver", "SuiteCounts", "Yams"],
        fixtures: ["Differences.md", "Fixtures"]),
    // Level 4: the network.
    library("ControlServer", [.product(name: "NIOHTTP1", package: "swift-nio")] + nio, tests: nio),
    library(
        "SMTPServer",
        [
            "Addressing", "Bytes", "SASL", "SMTP", "StageKit", log, tls, .product(name: "NIOTLS", package: "swift-nio"),
        ] + nio,
        tests: [
            "Addressing", "Bytes", "ReceiveSMTPStage", "SASL", "SMTP", "SMTPDialogs", "StageKit", "StageTesting", log,
            tls,
        ] + nio),
    stages,
    // Level 5: the command.
    [
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Addressing", "Arrivals", "AttachmentStore", "Bytes", "CBytes", "ControlServer", "DemoDNS",
                "DurableQueue",
                "Engine", "Files",
                "MIME", "MailStore", "Mailboxes", "PipelineFiles", "Resolver", "SearchIndex", "StageKit", "spf-worker",
                log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + stages.filter { $0.type != .test }.map { .byName(name: $0.name) },
            swiftSettings: settings)
    ],
    // The rules of the house.
    [
        .testTarget(
            name: "StoreStagesTests",
            dependencies: [
                "Addressing", "Arrivals", "AttachmentStore", "Bytes", "DurableQueue", "Engine", "Files",
                "IndexMailStage", "MailStore", "Mailboxes", "NotifyStage", "PipelineFiles", "SMTP", "SearchIndex",
                "SimulatedFiles", "StageKit", "StageTesting", "StoreAttachmentsStage", "StoreMetadataStage", log,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ClientStagesTests",
            dependencies: [
                "Addressing", "Bytes", "CheckClientStage", "CheckDNSBLStage", "CheckHeloStage",
                "CheckReverseDNSStage", "DemoDNS", "GreylistStage", "LimitRateStage", "Resolver", "SMTP", "StageKit",
                "StageTesting", log,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "StageContractTests",
            dependencies: ["sluice", "PipelineFiles", "StageKit", "StageTesting", "spf-worker"],
            swiftSettings: settings),
        .testTarget(name: "ArchitectureTests", dependencies: ["Bytes", "Files"], swiftSettings: settings),
        .target(name: "SuiteCounts", path: "Tests/SuiteCounts", swiftSettings: settings),
        .target(
            name: "AgeingResolver", dependencies: ["Resolver"], path: "Tests/AgeingResolver", swiftSettings: settings),
        // Verifiers and signers of others, for the tests of DKIM and ARC.
        .target(name: "Peers", path: "Tests/Peers", exclude: ["dkimpy.py"], swiftSettings: settings),
        .executableTarget(
            name: "AuthBenchmark", dependencies: ["Bytes", "DKIM", "Files", "Resolver", "SPF", "spf-worker"],
            path: "Tests/AuthBenchmark", swiftSettings: settings),
        .executableTarget(
            name: "QueueBenchmark", dependencies: ["Bytes", "DurableQueue", "Files", "StageKit"],
            path: "Tests/QueueBenchmark", swiftSettings: settings),
        // What the tests of the session, of the server and of the whole have in common.
        .target(
            name: "SMTPDialogs", dependencies: nio + [tls, .product(name: "NIOTLS", package: "swift-nio")],
            path: "Tests/SMTPDialogs", swiftSettings: settings),
        .executableTarget(
            name: "MIMEBenchmark", dependencies: ["Bytes", "Files", "MIME"], path: "Tests/MIMEBenchmark",
            swiftSettings: settings),
        .executableTarget(
            name: "IndexBenchmark", dependencies: ["Bytes", "Files", "MIME", "SearchIndex"],
            path: "Tests/IndexBenchmark", swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Bytes", "DKIM", "DemoDNS", "Files", "Resolver", "SMTPDialogs", "sluice", "spf-worker"],
            exclude: ["Clients", "Dialogs", "Fixtures"], swiftSettings: settings),
        // What is promised before a crash is kept after it: shared by a test and a benchmark without end.
        .target(
            name: "CrashSchedules",
            dependencies: [
                "Addressing", "AttachmentStore", "Bytes", "DurableQueue", "Engine", "Files", "PipelineFiles", "SMTP",
                "SearchIndex", "SimulatedFiles", "StageKit", "StageTesting", log,
            ],
            path: "Tests/CrashSchedules", swiftSettings: settings),
        .executableTarget(
            name: "CrashBenchmark", dependencies: ["CrashSchedules"], path: "Tests/CrashBenchmark",
            swiftSettings: settings),
        .testTarget(name: "CrashTests", dependencies: ["CrashSchedules", "SimulatedFiles"], swiftSettings: settings),
        .testTarget(name: "QuickstartTests", dependencies: ["sluice"], swiftSettings: settings),
    ],
]

let package = Package(
    name: "sluice",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: targets.flatMap(\.self),
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "sluice",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(name: "CBytes"),
        .target(name: "Bytes", dependencies: ["CBytes"], swiftSettings: settings),
        .target(name: "Files", dependencies: ["Bytes"], swiftSettings: settings),
        .target(name: "Addressing", swiftSettings: settings),
        .target(name: "SMTP", dependencies: ["Addressing"], swiftSettings: settings),
        .target(
            name: "StageKit",
            dependencies: ["Addressing", "Bytes", "SMTP", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings),
        .target(name: "Arrivals", dependencies: ["Bytes"], swiftSettings: settings),
        .target(
            name: "ControlServer",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

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
    targets: [
        .target(name: "CBytes"),
        .target(name: "Bytes", dependencies: ["CBytes"], swiftSettings: settings),
        .target(name: "Files", dependencies: ["Bytes"], swiftSettings: settings),
        .target(name: "StageKit", dependencies: ["Bytes"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

public import StageKit

/// Puts a component through everything the engine may do to it.
///
/// It reports what breaks the contract as texts, so that any test framework can use it:
/// ```swift
/// #expect(await ContractKit.violations(of: BlockAttachments.self, services: services) == [])
/// ```
public enum ContractKit {
    /// What the component does wrong; nothing if it is fine.
    ///
    /// - Parameters:
    ///   - type: The component's type; it is made from its defaults and placeholders.
    ///   - services: Services of a site of the test's own, in a directory that the component may fill.
    ///   - given: Settings to use in the place of the placeholders.
    /// - Returns: One text for each violation.
    public static func violations<Tested: Component>(
        of type: Tested.Type, services: StageServices, settings given: SettingNode? = nil
    ) async -> [String] {
        var found = manifestViolations(of: type)
        do {
            let sample = try sampleSettings(of: type, &found)
            let settings = given ?? sample
            try await stopWithoutStart(type, settings, services)
            try await liveAndBeUsed(type, settings, services, &found)
            try await cancel(type, settings, services)
        } catch {
            found.append("the life of the component failed: \(error)")
        }
        return found.map { "\(Tested.name): \($0)" }
    }

    private static func manifestViolations(of type: any Component.Type) -> [String] {
        let manifest = type.manifest
        var found: [String] = []
        let name = manifest.name.description
        if name.isEmpty || !name.utf8.allSatisfy(isNameOctet) { found.append("its name is not made of a-z, 0-9 and -") }
        if !manifest.summary.hasSuffix(".") { found.append("its summary is not a sentence") }
        if manifest.timeout <= .zero || manifest.concurrency < 1 {
            found.append("its timeout or concurrency is nothing")
        }
        for fact in manifest.reads + manifest.readsIfPresent + manifest.provides
        where fact.name.isEmpty || !fact.name.utf8.allSatisfy({ isNameOctet($0) || $0 == UInt8(ascii: ".") }) {
            found.append("the fact \(fact.name) has a name that conditions cannot use")
        }
        return found
    }

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Settings round trip: what the component declares can be written, is read without a problem, and an unknown key
    /// is noticed.
    private static func sampleSettings<Tested: Component>(
        of type: Tested.Type, _ found: inout [String]
    ) throws -> SettingNode {
        var recorder = Settings(recording: ())
        _ = try Tested.Configuration(from: &recorder)
        for declaration in recorder.declarations where !declaration.summary.hasSuffix(".") {
            found.append("the summary of \(declaration.name) is not a sentence")
        }
        let node = SampleSettings.node(for: recorder.declarations.filter(\.isRequired))
        var settings = Settings(node)
        _ = try Tested.Configuration(from: &settings)
        found += settings.finish().map { "its own sample settings have a problem: \($0.text)" }
        var misspelt = Settings(SampleSettings.node(withUnknownKey: "no-such-setting"))
        do {
            _ = try Tested.Configuration(from: &misspelt)
        } catch {
            // Whether it throws or not, the settings know what nobody has taken.
        }
        if !misspelt.finish().contains(where: { $0.kind == .unknownKey }) {
            found.append("an unknown setting is not noticed")
        }
        return node
    }

    private static func make<Tested: Component>(
        _ type: Tested.Type, _ node: SettingNode, _ services: StageServices
    ) throws -> Tested {
        var settings = Settings(node)
        return try Tested(configuration: Tested.Configuration(from: &settings), services: services)
    }

    private static func stopWithoutStart<Tested: Component>(
        _ type: Tested.Type, _ node: SettingNode, _ services: StageServices
    ) async throws {
        let component = try make(type, node, services)
        try await stop(component)
    }

    private static func liveAndBeUsed<Tested: Component>(
        _ type: Tested.Type, _ node: SettingNode, _ services: StageServices, _ found: inout [String]
    ) async throws {
        let component = try make(type, node, services)
        try await component.prepare()
        if let stage = component as? any Stage { await use(stage, &found) }
        try await stop(component)
    }

    private static func cancel<Tested: Component>(
        _ type: Tested.Type, _ node: SettingNode, _ services: StageServices
    ) async throws {
        let component = try make(type, node, services)
        try await component.prepare()
        try await Patience.result {
            try await withThrowingTaskGroup { group in
                group.addTask {
                    do {
                        try await component.run()
                    } catch is CancellationError {
                        return
                    }
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        try await stop(component)
    }

    /// Stopping twice is fine, and comes to an end.
    private static func stop(_ component: any Component) async throws {
        try await Patience.result {
            await component.stop()
            await component.stop()
        }
    }
}

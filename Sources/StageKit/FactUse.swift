/// A fact that a setting makes a component read, as a rule about it does.
///
/// The check sees that a step before may provide it, and that it can have the texts with which it is compared.
public struct FactUse: Sendable, Hashable {
    /// The fact's name.
    public let fact: String
    /// The key of the setting.
    public let setting: String
    /// Where the setting stands.
    public let location: SourceLocation
    /// The texts with which the fact is compared.
    public let texts: [SettingNode]
}

extension Settings {
    /// Notes that a setting makes the component read a fact.
    ///
    /// - Parameters:
    ///   - fact: The fact's name.
    ///   - key: The key of the setting.
    ///   - texts: The key of the list of texts with which the fact is compared, if it is.
    public mutating func noteUse(of fact: String, by key: String, comparedWith texts: String? = nil) {
        let place = location(of: key)
        // What could not be read is a problem already, and names no fact.
        guard !isRecording, !problems.contains(where: { $0.location == place }) else { return }
        var nodes: [SettingNode] = []
        if let texts, case .list(let elements) = node(of: texts)?.content { nodes = elements }
        factUses.append(FactUse(fact: fact, setting: key, location: place, texts: nodes))
    }
}

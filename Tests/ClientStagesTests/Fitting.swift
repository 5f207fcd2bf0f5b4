import DemoDNS
import Resolver
import StageKit
import StageTesting
import Testing

/// Settings, services and messages for the stages that judge clients.
enum Fitting {
    /// Reads settings as a file would have them; a problem is an issue of the test.
    static func configuration<Configuration: StageConfiguration>(
        _ type: Configuration.Type = Configuration.self, _ node: SettingNode
    ) throws -> Configuration {
        var settings = Settings(node)
        let configuration = try Configuration(from: &settings)
        #expect(settings.finish().map(\.text) == [])
        return configuration
    }

    /// The texts of all problems that settings have.
    static func problems<Configuration: StageConfiguration>(
        of type: Configuration.Type, _ node: SettingNode
    ) throws -> [String] {
        var settings = Settings(node)
        _ = try Configuration(from: &settings)
        return settings.finish().map(\.text)
    }

    /// Services whose resolver asks a server on this machine.
    static func services(port: UInt16, dataDirectory: String = "/nowhere") -> StageServices {
        var site = Samples.site(dataDirectory: dataDirectory)
        site.resolverServers = ["127.0.0.1:\(port)"]
        site.resolverTimeout = .seconds(20)
        return Samples.services(site)
    }

    /// A client that has just connected.
    static func connection(from address: String) -> Message {
        Message(id: Samples.message(text: "").id, received: Samples.now, client: Client(address: address, port: 1))
    }
}

/// Settings written in Swift.
indirect enum Written {
    case text(String)
    case list([Written])
    case map([(key: String, value: Written)])

    /// As a file has it.
    var node: SettingNode {
        let place = SourceLocation(file: "x.yaml", line: 1, column: 1)
        switch self {
        case .text(let text): return SettingNode(.scalar(text, isQuoted: false), at: place)
        case .list(let items): return SettingNode(.list(items.map(\.node)), at: place)
        case .map(let pairs):
            let entries = pairs.map { SettingNode.Entry(key: $0.key, location: place, value: $0.value.node) }
            return SettingNode(.map(entries), at: place)
        }
    }
}

extension Written: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(arrayLiteral elements: Written...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, Written)...) {
        self = .map(elements.map { (key: $0, value: $1) })
    }
}

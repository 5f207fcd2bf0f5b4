public import Bytes

extension Duration: SettingValue {
    /// The type in words.
    public static var settingType: String {
        "a duration such as 30s (units: \(units.map(\.name).joined(separator: ", ")))"
    }
    /// One second.
    public static var placeholder: Duration { .seconds(1) }
    /// Reads a whole number with a unit: `250ms`, `30s`, `5m`, `2h`, `5d`.
    public static func read(_ node: SettingNode) -> Result<Duration, SettingFailure> {
        readQuantity(node, settingType, units).map { .milliseconds($0) }
    }
    /// The largest unit that gives a whole number.
    public var settingText: String {
        let milliseconds = components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
        return writeQuantity(Int(milliseconds), Self.units)
    }

    private static let units = [
        Unit(name: "ms", factor: 1), Unit(name: "s", factor: 1_000), Unit(name: "m", factor: 60_000),
        Unit(name: "h", factor: 3_600_000), Unit(name: "d", factor: 86_400_000),
    ]
}

extension ByteCount: SettingValue {
    /// The type in words.
    public static var settingType: String {
        "a size such as 25MB (units: \(units.map(\.name).joined(separator: ", ")))"
    }
    /// A size.
    public static var settingForm: SettingForm { .size }
    /// One megabyte.
    public static var placeholder: ByteCount { .megabytes(1) }
    /// Reads a whole number with a unit: `512B`, `64KB`, `25MB`, `1GB`, powers of 1,000.
    public static func read(_ node: SettingNode) -> Result<ByteCount, SettingFailure> {
        readQuantity(node, settingType, units).map { ByteCount(octets: $0) }
    }
    /// The largest unit that gives a whole number.
    public var settingText: String { writeQuantity(octets, Self.units) }

    private static let units = [
        Unit(name: "B", factor: 1), Unit(name: "KB", factor: 1_000), Unit(name: "MB", factor: 1_000_000),
        Unit(name: "GB", factor: 1_000_000_000),
    ]
}

private struct Unit: Sendable {
    let name: String
    let factor: Int
}

private func readQuantity(_ node: SettingNode, _ type: String, _ units: [Unit]) -> Result<Int, SettingFailure> {
    guard case .scalar(let text, _) = node.content else { return .failure(.expected(type, node)) }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let name = text.dropFirst(digits.count)
    guard let number = Int(digits) else { return .failure(.expected(type, node)) }
    guard let unit = units.first(where: { $0.name == name }) else {
        return .failure(
            SettingFailure(
                .wrongUnit, "must be \(type), not \(node.shown)",
                suggestion: units.first { $0.name.lowercased() == name.lowercased() }.map { "\(digits)\($0.name)" }))
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
    guard !overflow else { return .failure(SettingFailure(.wrongUnit, "is too large: \(node.shown)")) }
    return .success(product)
}

private func writeQuantity(_ quantity: Int, _ units: [Unit]) -> String {
    guard let smallest = units.first, let unit = units.last(where: { quantity % $0.factor == 0 }) else { return "0" }
    return quantity == 0 ? "0\(smallest.name)" : "\(quantity / unit.factor)\(unit.name)"
}

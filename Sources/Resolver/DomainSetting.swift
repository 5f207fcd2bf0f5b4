import Addressing
import InternationalDomains
package import StageKit

/// A domain of somebody's own in the DNS, as a pipeline file writes it, such as one that signs.
package struct DomainSetting: SettingValue {
    /// The name in lower case, with A-labels in the place of U-labels.
    package let name: String

    /// The type in words.
    package static var settingType: String { "a domain such as example.org" }

    /// A domain.
    package static var settingForm: SettingForm { .word(example: placeholder.name) }

    /// A domain of documentation (RFC 2606).
    package static var placeholder: DomainSetting { DomainSetting(name: "example.org") }

    /// What is to be said of a name that ``DomainEncoding`` refuses.
    package static let withoutALabels = ", which has no A-labels (RFC 5890, section 2.3.2.1)"

    private static let keyLabel = "_domainkey."

    /// Reads a name of two or more labels of letters, digits and hyphens (RFC 5321, section 4.1.2).
    package static func read(_ node: SettingNode) -> Result<DomainSetting, SettingFailure> {
        guard case .scalar(let text, _) = node.content else { return .failure(.expected(settingType, node)) }
        guard let name = DomainEncoding.ascii(text) else {
            return .failure(SettingFailure(.wrongType, "must be \(settingType), not \(node.shown)\(withoutALabels)"))
        }
        guard isDomain(name) else {
            let domain = name.firstRange(of: keyLabel).map { String(name[$0.upperBound...]) }
            return .failure(
                SettingFailure(
                    .wrongType, "must be \(settingType), not \(node.shown)",
                    suggestion: domain.flatMap { isDomain($0) ? $0 : nil }))
        }
        return .success(DomainSetting(name: name))
    }

    /// Names that end in digits, as addresses do, are none (RFC 3696, section 2).
    private static func isDomain(_ name: String) -> Bool {
        guard DomainName(name) != nil, let labels = Domain(name)?.labels, let last = labels.last else { return false }
        return labels.count > 1 && !name.utf8.contains(UInt8(ascii: "_")) && name.utf8.last != UInt8(ascii: ".")
            && !last.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The name.
    package var settingText: String { name }
}

package import Addressing
package import StageKit

/// A network or address, as a pipeline file writes it.
package struct AddressRangeSetting: SettingValue {
    /// The addresses.
    package let range: AddressRange

    /// The type in words.
    package static var settingType: String { "a network or address such as 10.0.0.0/8 or ::1" }

    /// A network.
    package static var settingForm: SettingForm { .word(example: "10.0.0.0/8") }

    /// The address of this host.
    package static var placeholder: AddressRangeSetting {
        guard let range = AddressRange("127.0.0.1") else { preconditionFailure("the loopback address is one") }
        return AddressRangeSetting(range: range)
    }

    /// Reads an address with or without the length of its prefix.
    package static func read(_ node: SettingNode) -> Result<AddressRangeSetting, SettingFailure> {
        guard case .scalar(let text, _) = node.content, let range = AddressRange(text) else {
            return .failure(.expected(settingType, node))
        }
        return .success(AddressRangeSetting(range: range))
    }

    /// The written form.
    package var settingText: String { range.description }
}

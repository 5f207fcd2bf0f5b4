package import StageKit

/// An address to listen on, as a pipeline file writes it.
package struct ListenerSetting: SettingValue {
    /// The address.
    package let address: ListenerAddress

    /// The type in words.
    package static var settingType: String { "an address and port such as 0.0.0.0:25 or [::1]:2525" }

    /// An address with its port.
    package static var settingForm: SettingForm { .word(example: placeholder.settingText) }

    /// A loopback port.
    package static var placeholder: ListenerSetting {
        ListenerSetting(address: ListenerAddress(host: "127.0.0.1", port: 2525))
    }

    /// Reads an IP address with a port.
    package static func read(_ node: SettingNode) -> Result<ListenerSetting, SettingFailure> {
        guard case .scalar(let text, _) = node.content, let address = ListenerAddress(text) else {
            return .failure(.expected(settingType, node))
        }
        return .success(ListenerSetting(address: address))
    }

    /// The written form.
    package var settingText: String { address.description }
}

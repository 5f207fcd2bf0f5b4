package import Resolver
package import StageKit

/// A range of IP addresses that begin with the same bits, as `192.0.2.0/24` or a single address (RFC 4632; 4291, 2.3).
package struct AddressBlock: Sendable, Hashable {
    /// An address of the block.
    package let address: IPAddress
    /// How many of its leading bits count.
    package let bits: Int

    /// The block of all addresses that share so many bits with this one.
    package init(_ address: IPAddress, bits: Int) {
        self.address = address
        self.bits = min(max(bits, 0), address.octets.count * 8)
    }

    /// Reads an address, or an address and a number of bits behind a slash; `nil` if it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let width = address.octets.count * 8
        guard parts.count == 2 else {
            self.init(address, bits: width)
            return
        }
        guard let bits = Int(parts[1]), String(bits) == parts[1], (0...width).contains(bits) else { return nil }
        self.init(address, bits: bits)
    }

    /// Whether an address lies in the block; an IPv4 address mapped into IPv6 counts as IPv4.
    package func contains(_ other: IPAddress) -> Bool {
        address.unmapped.shares(bits, bitsWith: other.unmapped)
    }
}

extension AddressBlock: SettingValue {
    /// The type in words.
    package static var settingType: String { "an address or a block of addresses such as 192.0.2.0/24" }

    /// The block of documentation addresses (RFC 5737).
    package static var placeholder: AddressBlock { AddressBlock(.v4(0xC000_0200), bits: 24) }

    /// Reads a block.
    package static func read(_ node: SettingNode) -> Result<AddressBlock, SettingFailure> {
        guard case .scalar(let text, _) = node.content, let block = AddressBlock(text) else {
            return .failure(.expected(settingType, node))
        }
        return .success(block)
    }

    /// The form of pipeline files.
    package var settingText: String { "\(address)/\(bits)" }
}

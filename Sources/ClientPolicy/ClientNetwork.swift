package import Resolver

/// The addresses that count as one client.
package enum ClientNetwork: String, Sendable, CaseIterable {
    /// One IPv4 address, or an IPv6 network of 64 bits, all of whose addresses one host may have (RFC 4291, 2.5.4).
    case address
    /// 256 IPv4 addresses, or an IPv6 network of 48 bits, which is what a site has (RFC 6177, section 2).
    case network

    /// The block around an address.
    package func block(of address: IPAddress) -> AddressBlock {
        let address = address.unmapped
        let bits: Int =
            switch (self, address) {
            case (.address, .v4): 32
            case (.address, .v6): 64
            case (.network, .v4): 24
            case (.network, .v6): 48
            }
        return AddressBlock(address.masked(to: bits), bits: bits)
    }
}

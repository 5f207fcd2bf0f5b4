extension AddressLiteral {
    /// The address in network order: four octets or sixteen; `nil` for another number.
    package init?(octets: some Collection<UInt8>) {
        let number = { (part: any Collection<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        switch octets.count {
        case 4: self.init(family: .ipv4, high: 0, low: number(octets))
        case 16: self.init(family: .ipv6, high: number(octets.prefix(8)), low: number(octets.dropFirst(8)))
        default: return nil
        }
    }
}

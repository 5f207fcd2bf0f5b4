import InternationalDomains

extension SPFRequest {
    /// The same with A-labels in the place of U-labels, as the DNS has them (RFC 7208, section 4.3).
    ///
    /// A name that has no conversion stays, and is then no name that can be checked.
    var encoded: SPFRequest {
        var request = self
        if !helo.utf8.allSatisfy({ $0 < 0x80 }), let name = DomainEncoding.ascii(helo) { request.helo = name }
        guard !reversePath.utf8.allSatisfy({ $0 < 0x80 }), let at = reversePath.utf8.lastIndex(of: UInt8(ascii: "@"))
        else { return request }
        let domain = String(reversePath[reversePath.index(after: at)...])
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }), let name = DomainEncoding.ascii(domain) else { return request }
        request.reversePath = reversePath[...at] + name
        return request
    }
}

package import AuthenticationResults

extension Evaluation {
    /// The result for header fields (RFC 7489, section 11.1), with what is to be done after `pct` and overrides.
    package func report(disposition: PolicyRecord.Request, arc: String? = nil) -> MethodResult {
        var properties: [ResultProperty] = []
        properties.reserveCapacity(2)
        if policy != nil { properties.append(ResultProperty("policy", "dmarc", disposition.rawValue)) }
        if !domain.isEmpty { properties.append(ResultProperty("header", "from", domain)) }
        return MethodResult("dmarc", result.rawValue, reason: comment(arc: arc), properties: properties)
    }

    /// The text of ``report(disposition:arc:)``.
    package func reportText(disposition: PolicyRecord.Request, arc: String? = nil) -> String {
        if disposition == .none, arc == nil, let usualReport { return usualReport }
        return report(disposition: disposition, arc: arc).text
    }
}

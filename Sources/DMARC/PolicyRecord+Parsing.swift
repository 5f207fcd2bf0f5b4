extension PolicyRecord {
    /// A record without a policy that could be followed.
    package struct Unusable: Error, Hashable {
        /// What is wrong, for the operator.
        package let reason: String
    }

    /// The longest record that is read; the largest sensible ones have under 1,000 octets.
    package static let maximumLength = 65_536
    /// The most tags that are read; eleven are known.
    package static let maximumTags = 100
    /// The most addresses for reports that are kept; owners name one or two.
    package static let maximumAddresses = 20

    /// Whether a text is a DMARC record at all: its first tag is `v` with exactly the value `DMARC1` (sections 6.3
    /// and 6.6.3).
    package static func isRecord(_ text: [UInt8]) -> Bool {
        guard let first = text.prefix(maximumLength).split(separator: UInt8(ascii: ";"), maxSplits: 1).first,
            text.first != UInt8(ascii: ";"), let (name, value) = tag(first)
        else { return false }
        return name == "v" && value == "DMARC1"
    }

    /// Reads a record for which ``isRecord(_:)`` holds (sections 6.3 and 6.4).
    ///
    /// What is wrong behind `p` and `sp` is ignored (section 6.3, the paragraphs behind its tags). Without a good `p` or with a bad `sp`
    /// the record asks for nothing but reports (section 6.6.3, step 6).
    ///
    /// Deviation: a `pct` that is no number counts as 0 and not as the default of 100. Whoever wrote one wanted the policy
    /// to apply to less than everything, and reading it as 100 would lose mail that the owner meant to spare; a published
    /// vector wants the same.
    ///
    /// - Throws: ``Unusable`` where nobody asks for reports either.
    package init(parsing octets: [UInt8]) throws(Unusable) {
        let octets = octets.prefix(PolicyRecord.maximumLength)
        self.init(text: String(decoding: octets, as: UTF8.self))
        var wanted: Request?
        var isSubdomainPolicyGood = true
        var seen: Set<String> = []
        for piece in octets.split(separator: UInt8(ascii: ";")).prefix(PolicyRecord.maximumTags) {
            guard let (name, value) = PolicyRecord.tag(piece), !name.isEmpty else {
                let text = PolicyRecord.trimmed(piece)
                if !text.isEmpty { ignored.append(String(decoding: text, as: UTF8.self)) }
                continue
            }
            guard seen.insert(name).inserted else { continue }
            switch name {
            case "p": wanted = Request(rawValue: value.lowercased())
            case "sp":
                subdomainPolicy = Request(rawValue: value.lowercased())
                isSubdomainPolicyGood = subdomainPolicy != nil
            default: take(name, value)
            }
        }
        if let wanted, isSubdomainPolicyGood {
            policy = wanted
        } else if !aggregateReports.isEmpty {
            subdomainPolicy = nil
        } else {
            throw Unusable(reason: wanted == nil ? "it has no valid p" : "its sp is not valid")
        }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "v": break
        case "pct": percent = min(Int(value).flatMap { $0 >= 0 ? $0 : nil } ?? 0, 100)
        case "adkim": dkimAlignment = Alignment(rawValue: value.lowercased()) ?? .relaxed
        case "aspf": spfAlignment = Alignment(rawValue: value.lowercased()) ?? .relaxed
        case "rua": aggregateReports = PolicyRecord.addresses(value)
        case "ruf": failureReports = PolicyRecord.addresses(value)
        case "fo": failureOptions = value
        case "ri": interval = Int(value).flatMap { $0 >= 0 ? $0 : nil } ?? interval
        default: ignored.append("\(name)=\(value)")
        }
    }

    /// A tag's name in lower case and its value, without blanks around; nil without an equals sign.
    private static func tag(_ piece: ArraySlice<UInt8>) -> (name: String, value: String)? {
        guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = trimmed(piece[..<equals])
        let value = trimmed(piece[(equals + 1)...])
        return (String(decoding: name, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return text[first...last]
    }

    /// The URIs of a list that have a scheme and something behind it (section 6.2).
    private static func addresses(_ value: String) -> [String] {
        let uris = value.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
        return uris.prefix(maximumAddresses).compactMap { uri in
            guard let colon = uri.firstIndex(of: ":"), colon > uri.startIndex, uri.index(after: colon) < uri.endIndex,
                uri[..<colon].utf8.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) || "+-.0123456789".utf8.contains($0) }
                )
            else { return nil }
            return String(uri.prefix { $0 != " " })
        }
    }
}

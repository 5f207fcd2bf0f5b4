package import DKIM
import Resolver

/// The sets of a message in their order, if they form a chain (RFC 8617, sections 4.2 and 5.2, steps 1 to 3).
package struct ARCChain: Sendable {
    /// The most sets of a chain (RFC 8617, section 4.2.1).
    package static let maximumSets = 50

    /// The names of the fields in lower case, in the order in which a seal covers them (RFC 8617, section 5.1.1).
    static let resultsName = "arc-authentication-results"
    static let signatureName = "arc-message-signature"
    static let sealName = "arc-seal"

    /// The sets, the oldest first.
    package let sets: [ARCSet]
    /// Who says to have sealed, in the order of the seals.
    var sealers: [String] { sets.map(\.sealTags.domain.text) }

    private struct Draft {
        var results: HeaderFields.Field?
        var signature: HeaderFields.Field?
        var seal: (field: HeaderFields.Field, tags: TagList)?
    }

    /// The chain of a header; no sets if there is none.
    ///
    /// - Throws: `Rejection` with the result `fail` if the fields do not form one.
    package init(_ header: HeaderFields) throws(Rejection) {
        let names = [Self.resultsName, Self.signatureName, Self.sealName]
        guard names.allSatisfy({ header.count(of: $0) <= Self.maximumSets }) else {
            throw Rejection(.fail, "more than \(Self.maximumSets) sets")
        }
        var drafts: [Int: Draft] = [:]
        for field in header.all(Self.sealName) {
            let tags = try Self.tags(of: field, header)
            let instance = try Self.instance(tags)
            guard drafts.updateValue(Draft(seal: (field, tags)), forKey: instance) == nil else {
                throw Rejection(.fail, "two seals of instance \(instance)")
            }
        }
        for field in header.all(Self.signatureName) {
            let instance = try Self.instance(try Self.tags(of: field, header))
            guard drafts[instance, default: Draft()].signature == nil else {
                throw Rejection(.fail, "two message signatures of instance \(instance)")
            }
            drafts[instance, default: Draft()].signature = field
        }
        for field in header.all(Self.resultsName) {
            let instance = try Self.instance(ofResults: field, header)
            guard drafts[instance, default: Draft()].results == nil else {
                throw Rejection(.fail, "two fields of results of instance \(instance)")
            }
            drafts[instance, default: Draft()].results = field
        }
        sets = try Self.ordered(drafts)
    }

    private static func ordered(_ drafts: [Int: Draft]) throws(Rejection) -> [ARCSet] {
        var sets: [ARCSet] = []
        for instance in stride(from: 1, through: drafts.count, by: 1) {
            guard let draft = drafts[instance], let results = draft.results, let signature = draft.signature,
                let seal = draft.seal
            else { throw Rejection(.fail, "set \(instance) is not whole") }
            let tags = try SealTags(seal.tags)
            // RFC 8617, section 5.2, step 2: whoever came before has seen that the chain is broken.
            if tags.status == .fail { throw Rejection(.fail, "seal \(instance) says that the chain was broken") }
            guard tags.status == (instance == 1 ? .none : .pass) else {
                throw Rejection(.fail, "seal \(instance) says cv=\(tags.status.rawValue)")
            }
            sets.append(ARCSet(results: results, signature: signature, seal: seal.field, sealTags: tags))
        }
        return sets
    }

    private static func tags(of field: HeaderFields.Field, _ header: HeaderFields) throws(Rejection) -> TagList {
        try header.tags(of: field)
    }

    private static func instance(_ tags: TagList) throws(Rejection) -> Int {
        guard let number = try tags.number("i"), (1...Int64(maximumSets)).contains(number) else {
            throw Rejection(.fail, "tag i is not 1 to \(maximumSets)")
        }
        return Int(number)
    }

    /// The instance at the beginning of an ARC-Authentication-Results (RFC 8617, section 4.1.1).
    private static func instance(
        ofResults field: HeaderFields.Field, _ header: HeaderFields
    ) throws(Rejection) -> Int {
        let value = field.valueStart..<field.range.upperBound
        let end = header.octets[value].firstIndex(of: UInt8(ascii: ";")) ?? value.upperBound
        return try instance(try TagList(header.octets, in: value.lowerBound..<end))
    }

    /// The highest instance number that a field has, whatever the chain is like; 0 if none has any.
    package static func highestInstance(_ header: HeaderFields) -> Int {
        var highest = 0
        for field in header.all(sealName).prefix(maximumSets + 1) {
            // A field that cannot be read has no number.
            do throws(Rejection) { highest = max(highest, try instance(try tags(of: field, header))) } catch {
                continue
            }
        }
        return highest
    }

    /// Whether the newest seal says that the chain is broken.
    package static func isKnownBroken(_ header: HeaderFields) -> Bool {
        let highest = highestInstance(header)
        return header.all(sealName).prefix(maximumSets + 1).contains { field in
            // A field that cannot be read says nothing.
            do throws(Rejection) {
                let tags = try tags(of: field, header)
                return try instance(tags) == highest && tags.text("cv")?.lowercased() == ARCResult.fail.rawValue
            } catch {
                return false
            }
        }
    }

    /// The fields of the first sets in their form for a seal (RFC 8617, section 5.1.1).
    static func canonical(_ sets: some Sequence<ARCSet>, _ header: HeaderFields) -> [UInt8] {
        var octets: [UInt8] = []
        for set in sets {
            for field in [set.results, set.signature, set.seal] {
                Canonicalization.relaxed.append(header.bytes(field), to: &octets)
            }
        }
        return octets
    }
}

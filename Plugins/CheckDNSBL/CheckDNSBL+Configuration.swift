import ClientPolicy
import Resolver
package import StageKit

extension CheckDNSBL {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let lists: [List]
        let rejectAt: Double?

        /// One list.
        struct List: Sendable {
            let zone: String
            let score: Double
            let blocks: BlockList
        }

        /// The most lists; each costs every connection a question, and answers about one client repeat each other.
        private static let listLimit = 20

        package init(from settings: inout Settings) throws {
            lists = settings.takeGroups("lists", isRequired: true, "The lists to ask.") { list in
                let zone: DomainSetting = list.take("zone", "The domain of the list.")
                let codes: [AddressBlock] = list.take(
                    "codes", default: [], "The codes of the list that count, such as 127.0.0.2; all by default.")
                let score = list.take(
                    "score", default: 1.0, "What an entry counts; less than nothing for a list of good clients.")
                return List(zone: zone.name, score: score, blocks: BlockList(zone: zone.name, codes: codes))
            }
            rejectAt = settings.takeOptional(
                "reject-at", "The sum of scores from which a client is refused; none is by default.")
            if lists.count > Self.listLimit {
                settings.note("lists", "has \(lists.count) entries; at most \(Self.listLimit) are allowed")
            }
        }
    }
}

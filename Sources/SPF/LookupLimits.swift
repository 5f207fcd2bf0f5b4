/// Counts what one check has cost, and ends it where RFC 7208, section 4.6.4 says so.
struct LookupLimits: Sendable {
    /// The most terms that may ask the DNS (section 4.6.4, paragraph 1).
    static let maximumTerms = 10
    /// The most terms whose question may find nothing (section 4.6.4, paragraph 7, the recommended default).
    static let maximumVoids = 2
    /// The most MX records of one name, and the most PTR records that are read (section 4.6.4, paragraphs 2 and 3).
    static let maximumNames = 10
    /// The time for one check (section 4.6.4, last paragraph: at least 20 seconds).
    static let maximumTime: Duration = .seconds(20)

    private(set) var terms = 0
    private(set) var voids = 0
    private let end: ContinuousClock.Instant

    init(start: ContinuousClock.Instant) { end = start + LookupLimits.maximumTime }

    /// Counts a term that asks the DNS.
    mutating func countTerm() throws(Interruption) {
        terms += 1
        if terms > LookupLimits.maximumTerms {
            throw .permanent("more than \(LookupLimits.maximumTerms) terms that ask the DNS")
        }
    }

    /// Counts a term whose question found nothing.
    mutating func countVoid() throws(Interruption) {
        voids += 1
        if voids > LookupLimits.maximumVoids {
            throw .permanent("more than \(LookupLimits.maximumVoids) look-ups found nothing")
        }
    }

    /// Ends a check that has lasted too long.
    func checkTime(_ now: ContinuousClock.Instant) throws(Interruption) {
        if now >= end { throw .temporary("check took longer than \(LookupLimits.maximumTime)") }
    }
}

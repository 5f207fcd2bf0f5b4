import Resolver

/// The cases in which our own evaluation stands without libspf2's.
///
/// Elsewhere libspf2 1.2.10 is steered so that it comes to the result of RFC 7208:
/// - macros (section 7) are expanded before; libspf2 loses an octet of `%{d2}` and has had memory faults there;
/// - names (section 7.1, 4.3) are replaced by aliases; libspf2 refuses or cuts valid ones;
/// - syntax (section 4.6), the limits (section 4.6.4), `exp` (section 6.2), record selection (section 4.5) and all DNS
///   errors (section 4.4) are settled before it is asked;
/// - a prefix length of 0 (sections 5.3, 5.6), which it refuses, is replaced by the client's own address;
/// - records of more than 511 compiled octets (63 IPv4 networks), of which it drops the rest without a word, go on in
///   includes and redirects (``CleanRecord``);
/// - a record without a term (section 4.5) gets the space by which it knows one.
enum LibraryDifference: String, Sendable, CaseIterable {
    /// libspf2 passes every client on 127.0.0.0/8 and ::1 unasked; RFC 7208 knows no such exception.
    case loopback = "it passes all loopback clients"
    /// libspf2 ends in an error when records are nested deeper than 20; RFC 7208, section 4.6.4 counts terms only.
    case depth = "it does not follow records that deep"
    /// The records and answers are too large to be handed over in bounded time.
    case size = "the policy is too large for it"

    /// The reason not to ask libspf2 about a bundle; nil where it can be asked.
    init?(_ bundle: PolicyBundle, size: Int) {
        switch bundle.client {
        case .v4(let address) where address >> 24 == 127: self = .loopback
        case .v6(high: 0, low: 1): self = .loopback
        default:
            if bundle.deepest > PolicyBundle.maximumDepth {
                self = .depth
            } else if size > PolicyBundle.maximumSize {
                self = .size
            } else {
                return nil
            }
        }
    }
}

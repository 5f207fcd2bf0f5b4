import InternationalDomains
import Synchronization

/// The names under which strangers can register, by the rules of publicsuffix.org.
///
/// The rules come from a file that its maintainers change often, so they are data and never compiled in.
package final class PublicSuffixList: Sendable {
    /// Which of the file's sections count.
    package enum Sections: Sendable {
        /// Both, so that a customer of a hosting service is apart from the service and its other customers.
        case all
        /// Only the suffixes of registries.
        case registries
    }

    /// What the file says of a name.
    private struct Rules {
        /// The name is a suffix.
        var isSuffix = false
        /// The name is none, though the rule `*` of its parent says so.
        var isException = false
        /// Every name just below it is a suffix: the rule `*`.
        var coversNamesBelow = false
    }

    /// A file that does not look like the list.
    package struct Unreadable: Error, CustomStringConvertible {
        /// What is wrong.
        package let description: String
    }

    /// The fewest rules of a list that is whole: there are more than 9,000, and 1,400 top-level names alone.
    package static let minimumRules = 1_000

    /// The rules by the names that they are about.
    private struct Table {
        private(set) var rules: [Substring: Rules] = [:]
        private(set) var count = 0

        mutating func add(_ rule: Substring) {
            let isException = rule.hasPrefix("!")
            let isWildcard = rule.hasPrefix("*.")
            let name = rule.dropFirst(isException ? 1 : isWildcard ? 2 : 0)
            guard let ascii = DomainEncoding.ascii(String(name)), !ascii.isEmpty else { return }
            count += 1
            if isWildcard {
                rules[Substring(ascii), default: Rules()].coversNamesBelow = true
            } else {
                rules[Substring(ascii), default: Rules()].isException = isException
                rules[Substring(ascii), default: Rules()].isSuffix = !isException
            }
        }
    }

    private let table: Table

    /// Which list this is: no other of this process has the number, not even when this one is gone.
    package let number = PublicSuffixList.lists.wrappingAdd(1, ordering: .relaxed).newValue
    private static let lists = Atomic(0)

    /// How many rules there are.
    package var count: Int { table.count }

    /// A list without rules, for which every top-level name is a suffix and nothing else is.
    package init() { table = Table() }

    /// Reads the file's text: a rule a line up to the first blank, comments behind `//`; rules in UTF-8 become A-labels.
    ///
    /// - Throws: ``Unreadable`` where there are fewer than `minimum` rules, as in a file that was cut.
    package init(
        parsing text: String, sections: Sections = .all, minimum: Int = minimumRules
    ) throws(Unreadable) {
        var table = Table()
        var isPrivate = false
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = Substring(line)
            if line.hasPrefix("//") {
                isPrivate = isPrivate || line.contains("===BEGIN PRIVATE DOMAINS===")
                continue
            }
            let rule = line.prefix { $0 != " " && $0 != "\t" }
            if !rule.isEmpty, !isPrivate || sections == .all { table.add(rule) }
        }
        guard table.count >= minimum else {
            throw Unreadable(description: "has \(table.count) rules; the Public Suffix List has more than \(minimum)")
        }
        self.table = table
    }

    /// The organizational domain of a name (RFC 7489, section 3.2): its public suffix and one label more.
    ///
    /// - Returns: In lower case and A-labels; nil for a public suffix itself and for what is no name.
    /// - Complexity: O(n) in the number of labels, of which a name has at most 127.
    package func organizationalDomain(of name: String) -> String? {
        guard let ascii = DomainEncoding.ascii(name) else { return nil }
        let name = ascii.utf8.last == Self.dot ? ascii.dropLast() : ascii[...]
        guard Self.isHostName(name.utf8) else { return nil }
        // The first match from the left is the longest, and the longest prevails.
        let rules = table.rules
        var rest = name
        var rule = rules[rest]
        var child: Substring?
        while true {
            if rule?.isException == true { return String(rest) }
            // If no rule matches, the rule is `*`: a top-level name that nobody has listed.
            guard rule?.isSuffix != true, let dot = rest.utf8.firstIndex(of: Self.dot) else { break }
            let parent = rest[rest.utf8.index(after: dot)...]
            rule = rules[parent]
            if rule?.coversNamesBelow == true { break }
            (child, rest) = (rest, parent)
        }
        return child.map { String($0) }
    }

    private static let dot = UInt8(ascii: ".")

    /// Whether a name has only labels that are not empty, and is no IPv4 address.
    private static func isHostName(_ name: Substring.UTF8View) -> Bool {
        var (length, isNumber) = (0, true)  // of the label at hand
        for octet in name {
            if octet == dot {
                guard length > 0 else { return false }
                (length, isNumber) = (0, true)
            } else {
                length += 1
                isNumber = isNumber && (0x30...0x39).contains(octet)
            }
        }
        // RFC 1035, section 2.3.4: at most 255 octets. No top-level name is a number (RFC 3696, section 2).
        return length > 0 && !isNumber && name.count <= 255
    }
}

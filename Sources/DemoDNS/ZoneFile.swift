package import Resolver

/// The zone files of the demonstration: a record a line, as `NAME TYPE DATA`.
///
/// ```
/// # a comment
/// example.com      TXT "v=spf1 ip4:192.0.2.1 -all"
/// mx.example.com   A   192.0.2.1
/// example.com      MX  10 mx.example.com
/// ```
package enum ZoneFile {
    /// A line that cannot be read.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// The line, from 1.
        package let line: Int
        /// What is wrong and what would be right.
        package let text: String

        /// Line and text.
        package var description: String { "line \(line): \(text)" }
    }

    /// The types that a line may have.
    static let types = "A, AAAA, CNAME, MX, PTR, TXT"

    /// Reads a zone.
    package static func zone(parsing text: String) throws(Failure) -> DNSZone {
        var zone = DNSZone()
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmed
            guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { continue }
            do throws(Complaint) {
                let (name, record) = try record(trimmed)
                zone.add(record, at: name)
            } catch {
                throw Failure(line: index + 1, text: error.text)
            }
        }
        return zone
    }

    private struct Complaint: Error {
        let text: String
    }

    private static func record(_ line: Substring) throws(Complaint) -> (name: String, record: DNSRecord) {
        let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace)
        guard words.count == 3 else {
            throw Complaint(text: "a record is NAME TYPE DATA, such as example.com A 192.0.2.1")
        }
        guard DomainName(String(words[0])) != nil else { throw Complaint(text: "\(words[0]) is not a domain name") }
        return (String(words[0]), try data(words[2].trimmed, type: words[1].uppercased()))
    }

    private static func data(_ text: Substring, type: String) throws(Complaint) -> DNSRecord {
        switch type {
        case "A", "AAAA":
            guard let address = IPAddress(String(text)), (DNSRecord.address(address).type == .a) == (type == "A") else {
                throw Complaint(text: "\(text) is not the address of \(type == "A" ? "an A" : "an AAAA") record")
            }
            return .address(address)
        case "CNAME": return .cname(try name(text))
        case "PTR": return .ptr(try name(text))
        case "TXT": return .text(try quoted(text))
        case "MX":
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let preference = UInt16(words[0]) else {
                throw Complaint(text: "an MX record has a preference and a name, such as 10 mx.example.com")
            }
            return .mx(preference: preference, exchange: try name(words[1]))
        default: throw Complaint(text: "there is no type \(type) here; there are \(types)")
        }
    }

    private static func name(_ text: Substring) throws(Complaint) -> String {
        guard let name = DomainName(String(text)) else { throw Complaint(text: "\(text) is not a domain name") }
        return name.text
    }

    /// A text in double quotes, without escapes: no policy needs a quote within.
    private static func quoted(_ text: Substring) throws(Complaint) -> String {
        guard text.count >= 2, text.first == "\"", text.last == "\"", !text.dropFirst().dropLast().contains("\"") else {
            throw Complaint(text: "a TXT record has one text in double quotes, such as \"v=spf1 -all\"")
        }
        return String(text.dropFirst().dropLast())
    }
}

extension Substring {
    /// The text without white space at its ends.
    fileprivate var trimmed: Substring {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[start...end]
    }
}

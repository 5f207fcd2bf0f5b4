import Addressing
import InternationalDomains
import StageKit

/// Reads `site.yaml`.
struct SiteCheck {
    /// The version of the format that this server reads.
    static let version = "1"
    /// What the check goes on with after a problem; never used by a running server.
    static let placeholder = Site(hostName: "mail.example", localDomains: ["example"], dataDirectory: "data")

    private(set) var findings: [Finding] = []
    /// Where the address of the local HTTP interface stands.
    private(set) var controlLocation: SourceLocation?
    private let directory: String
    private var namesPostmaster = false

    init(directory: String) {
        self.directory = directory
    }

    /// The site of a file's content.
    mutating func check(_ node: SettingNode) -> Site {
        var settings = Settings(node)
        guard checkVersion(&settings, &findings) else { return Self.placeholder }
        let site = read(&settings)
        findings += settings.finish().map { Finding($0, in: node) }
        if !namesPostmaster {
            findings.append(
                Finding(
                    .noPostmaster, at: node.location,
                    "nobody is named who gets the mail for postmaster, which every server must take (RFC 5321, "
                        + "section 4.5.1); write postmaster: ADDRESS with the address of a user"))
        }
        return site
    }

    /// Takes all settings of a site; also called to record them.
    mutating func read(_ settings: inout Settings) -> Site {
        var site = Self.placeholder
        site.hostName = settings.take("host-name", "The name the server gives itself in greetings and trace fields.")
        if !isDomain(site.hostName) { settings.note("host-name", "must be a domain name, such as mail.example.org") }
        let problems = settings.problems.count
        let domains: [String] = settings.take("local-domains", "The domains whose mail is for us.")
        if domains.isEmpty, settings.problems.count == problems {
            settings.note("local-domains", "is empty; list at least one domain whose mail is for us")
        }
        for (number, domain) in domains.enumerated() where !isDomain(domain) {
            settings.note("local-domains", element: number, "must be domain names, not \"\(domain)\"")
        }
        site.localDomains = Set(domains.map { $0.lowercased() })
        readPostmaster(&settings, &site)
        let data: String = settings.take(
            "data-directory", "Where everything durable lies, relative to the directory of this file.")
        if data.isEmpty { settings.note("data-directory", "is empty; name a directory, such as data") }
        site.dataDirectory = path(directory, data)
        readResolver(&settings, &site)
        let publicSuffixes: FilePath? = settings.takeOptional(
            "public-suffixes", "The file of the Public Suffix List, relative to the directory of this file.")
        site.publicSuffixes = publicSuffixes?.path
        settings.takeGroup("control", "The local HTTP interface.") { group in
            guard let text: String = group.takeOptional("listen", "Its address, such as 127.0.0.1:8025.") else {
                return
            }
            site.controlListener = ListenerAddress(text)
            controlLocation = group.location(of: "listen")
            if site.controlListener == nil {
                group.note("listen", "must be an address with a port such as 127.0.0.1:8025, not \"\(text)\"")
            } else if let host = site.controlListener?.host, host != "::1", !host.hasPrefix("127.") {
                group.note(
                    "listen",
                    "must be a loopback address such as 127.0.0.1:8025: whoever reaches it reads who writes to whom")
            }
        }
        return site
    }

    private mutating func readPostmaster(_ settings: inout Settings, _ site: inout Site) {
        let summary = "The user who gets the mail for postmaster at all local domains."
        guard let text: String = settings.takeOptional("postmaster", summary) else { return }
        namesPostmaster = true
        do {
            let address = try EmailAddress(parsing: text)
            site.postmaster = EmailAddress(localPart: address.localPart, domain: address.domain.lowercased())
        } catch {
            settings.note("postmaster", "must be an address such as admin@example.org, not \"\(text)\"")
        }
        guard let domain = site.postmaster?.domain, !site.localDomains.contains(domain), !site.localDomains.isEmpty
        else {
            return
        }
        settings.note("postmaster", "must be the address of a user at a local domain, and \(domain) is none")
    }

    private func readResolver(_ settings: inout Settings, _ site: inout Site) {
        settings.takeGroup("resolver", "The DNS servers to ask; those of the system if there are none.") { group in
            site.resolverServers = group.take("servers", default: [], "Addresses with ports, such as 127.0.0.1:53.")
            for (number, server) in site.resolverServers.enumerated() where ListenerAddress(server) == nil {
                let text = "must be addresses with ports such as 127.0.0.1:53, not \"\(server)\""
                group.note("servers", element: number, text)
            }
            site.resolverTimeout = group.take(
                "timeout", default: .seconds(5), "How long one DNS query may take, with all its retries.")
            if site.resolverTimeout <= .zero { group.note("timeout", "must be longer than nothing") }
            readLifetimes(&group, &site)
        }
    }

    /// Takes the bounds of what DNS records say of their own lifetimes.
    private func readLifetimes(_ group: inout Settings, _ site: inout Site) {
        let least = group.take(
            "minimum-ttl", default: site.resolverLifetimes.lowerBound,
            "How long a DNS record is remembered at least, whatever it says.")
        let most = group.take(
            "maximum-ttl", default: site.resolverLifetimes.upperBound,
            "How long a DNS record is remembered at most, whatever it says.")
        if least <= most {
            site.resolverLifetimes = least...most
        } else {
            group.note("maximum-ttl", "must not be less than minimum-ttl")
        }
        site.resolverNegativeLifetime = group.take(
            "maximum-negative-ttl", default: site.resolverNegativeLifetime,
            "How long it is remembered at most that the DNS has no record.")
    }

    /// Letters, digits and hyphens in labels of 1 to 63 octets (RFC 5321, section 4.1.2), or UTF-8 (RFC 6531); no address.
    private func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 255 && AddressLiteral(address: text) == nil && DomainEncoding.ascii(text) != nil
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.unicodeScalars.allSatisfy {
                        $0.value > 0x7F || PatternParser.word.contains($0) || $0 == "-"
                    }
            }
    }
}

/// Takes `sluice:`; false for a version whose other keys this server cannot know.
func checkVersion(_ settings: inout Settings, _ findings: inout [Finding]) -> Bool {
    guard let piece = settings.takeOptional("sluice", of: Piece.self, "The version of the format: 1.") else {
        settings.noteMissing("sluice", "write sluice: \(SiteCheck.version), the version of the format")
        return true
    }
    guard case .scalar(SiteCheck.version, isQuoted: false) = piece.node.content else {
        findings.append(
            Finding(
                .unsupportedVersion, at: piece.node.location,
                "sluice must be \(SiteCheck.version), the version of the format, not \(piece.node.shown)"))
        return false
    }
    return true
}

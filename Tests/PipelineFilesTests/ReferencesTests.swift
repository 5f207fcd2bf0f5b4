import StageKit
import Testing

@testable import PipelineFiles

struct ReferencesTests {
    private let references = References(
        environment: ["A": "one", "EMPTY": "", "NEST": "${env:A}"],
        read: { path in
            guard path == "key.txt" else { throw MemoryDirectory.Refusal(description: "no \(path)") }
            return Array("s3cret\n".utf8)
        },
        isExposed: { $0 == "key.txt" })

    @Test(arguments: [
        ("${file:key.txt}", ["key.txt"]), ("${file:other}", []), ("key.txt", []),
        ("a${env:A}${file:key.txt}${file:key.txt}", ["key.txt", "key.txt"]),
    ])
    func `the files of a text that others can read are told`(_ text: String, _ files: [String]) {
        #expect(references.exposedFiles(in: text) == files)
    }

    @Test(
        arguments: [
            ("plain $5 {x}", .unchanged), ("${env:A}", .replaced("one")),
            ("<${env:A}${env:EMPTY}>", .replaced("<one>")),
            ("${file:key.txt}", .replaced("s3cret")), ("$${env:A}", .escaped("${env:A}")),
            ("$${env:A} ${env:A}", .replaced("${env:A} one")), ("${env:NEST}", .replaced("${env:A}")),
        ] as [(String, References.Outcome)])
    func `references are replaced once, and escaped ones are kept`(_ text: String, _ outcome: References.Outcome) {
        #expect(references(text) == outcome)
    }

    @Test(arguments: [("${env:B}", 0), ("a ${env:}", 2), ("ü${x}", 1), ("${file:other}", 0), ("ab${env:A", 2)])
    func `a reference to nothing is a problem at its place`(_ text: String, _ place: Int) {
        guard case .failed(_, let offset) = references(text) else {
            Issue.record("\(text) was replaced")
            return
        }
        #expect(offset == place)
    }

    @Test func `what the environment says is never shown, only its name`() {
        let text = """
            sluice: 1
            pipeline: inbound
            receive:
              smtp: { listen: ["${env:PASSWORD}"], limits: { message: "${env:PASSWORD}" } }
            session:
              message:
                - parse-mime
                - score-spam: { mode: "${env:PASSWORD}", port: "${env:PASSWORD}", patience: "${env:PASSWORD}", words: "${env:PASSWORD}" }
                - decide:
                    - { when: 'message.size > 1', reject: '${env:PASSWORD}' }
                    - { otherwise: proceed }
            accept: { queue: {} }
            deliver:
              - "${env:PASSWORD}"
              - store-metadata: "${env:PASSWORD}"
            on-error: { permanent: "${env:PASSWORD}" }
            """
        let second = """
            sluice: 1
            pipeline: "${env:PASSWORD}!"
            receive: { smtp: { listen: ["${env:PASSWORD}"] } }
            accept: { queue: {} }
            deliver: [ store-metadata: { mailbox: Inbox, as: "${env:PASSWORD}!" } ]
            """
        let site = MemoryDirectory.site + "\ncontrol: { listen: '${env:PASSWORD}' }"
        let files = ["inbound.yaml": text, "second.yaml": second, "site.yaml": site]
        let findings = MemoryDirectory(files).check().findings.map(\.description)
        #expect(findings.count >= 13)
        for finding in findings { #expect(!finding.contains("hunter2"), "\(finding)") }
    }

    @Test func `a condition is code, in which nothing is replaced`() {
        let text = """
            sluice: 1
            pipeline: inbound
            receive: { smtp: { listen: ["127.0.0.1:0"] } }
            accept: { queue: {} }
            deliver:
              - store-metadata: { mailbox: "${env:WORD}", when: "envelope.sender != '${env:WORD}'" }
            """
        let plan = MemoryDirectory(["inbound.yaml": text]).check().plan
        #expect(plan?.pipelines.first?.deliver.first?.when?.source == "envelope.sender != '${env:WORD}'")
    }
}

import Foundation

/// The pipeline files of one server.
struct SiteFiles: Sendable {
    /// The largest message.
    var messageLimit = "25MB"
    /// The settings of the SMTP receiver beside `listen` and `limits`.
    var receiver: [String] = []
    /// The settings of `limits` beside `message`.
    var limits: [String] = []
    /// The step at MAIL FROM.
    var mailStep = "check-spf"
    /// The steps at RCPT TO.
    var recipientSteps = "[ check-recipient ]"
    /// The last check of a message, if there is one beside the usual ones.
    var lastCheck: String?
    /// Whether mail with many points is refused.
    var refusesSpam = true
    /// When a failed delivery is tried again.
    var retry = "{ first: 1s, factor: 1, max: 1s, for: 10m }"
    /// The port of the DNS server; nil means the one that all tests share.
    var resolver: UInt16?
    /// The text of `inbound.yaml`, for a test that brings its own; `PORT` stands for the port.
    var pipeline: String?

    func inbound(port: UInt16) -> String {
        if let pipeline { return pipeline.replacingOccurrences(of: "PORT", with: "\(port)") }
        let refusal = refusesSpam ? "\n        - { when: 'spam.score >= 15', reject: '550 5.7.1 Message refused' }" : ""
        return """
            sluice: 1
            pipeline: inbound
            receive:
              smtp:
                listen: ["127.0.0.1:\(port)"]
                limits: { \((["message: \(messageLimit)"] + limits).joined(separator: ", ")) }
            \(receiver.map { "    \($0)\n" }.joined())
            session:
              mail:
                - \(mailStep)
              recipient: \(recipientSteps)
              message:
                - parse-mime
                - score-spam:
                    rules:
                      - { name: gtube, body: true, contains: ["GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL"], score: 1000 }
                      - { name: spf-fail, fact: spf.result, is: [fail], score: 7 }
            \(lastCheck.map { "    - \($0)" } ?? "")
                - decide:\(refusal)
                    - { when: 'spam.score >= 6', set: { junk: true } }
                    - { otherwise: proceed }
            accept:
              queue: { when-full: '452 4.3.1 Try again later' }
            deliver:
              - store-attachments
              - store-metadata
              - index
              - notify: { required: false }
            on-error:
              transient: { retry: \(retry), then: quarantine }
              permanent: quarantine
            """ + "\n"
    }

    func site(data: String, resolver: UInt16, control: UInt16) -> String {
        """
        sluice: 1
        host-name: mx.example.org
        local-domains: [example.org]
        postmaster: user@example.org
        data-directory: \(data)
        resolver:
          servers: ["127.0.0.1:\(resolver)"]
          timeout: 5s
        control:
          listen: "127.0.0.1:\(control)"

        """
    }
}

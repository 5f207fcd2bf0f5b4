/// One message of what `sluice quarantine list --json` prints.
struct QuarantineAnswer: Decodable {
    let id, step, reason: String
}

/// What `sluice quarantine show --json` prints.
struct HeldAnswer: Decodable {
    struct Recipient: Decodable {
        let address, step, reason: String
    }

    let message: QuarantineAnswer
    let client: String
    let envelope: [Recipient]
}

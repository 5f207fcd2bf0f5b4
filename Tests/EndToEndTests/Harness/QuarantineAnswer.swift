/// One message of what `sluice quarantine list --json` prints.
struct QuarantineAnswer: Decodable {
    let id, step, reason: String
}

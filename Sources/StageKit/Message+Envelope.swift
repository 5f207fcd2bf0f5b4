import SMTP

extension Message {
    /// Sets the facts that are known once the sender is; those that are so already stay as they are.
    package mutating func noteEnvelope() {
        // By way of what holds them: to take the client into one's hands is to copy all that it said.
        let origin = origin
        facts.note(origin.client.helo, as: CoreFacts.clientHelo)
        facts.note(origin.client.tls != nil, as: CoreFacts.clientTLS)
        facts.note(origin.client.tls?.version ?? "", as: CoreFacts.clientTLSVersion)
        facts.note(origin.client.tls?.cipher ?? "", as: CoreFacts.clientTLSCipher)
        facts.note(origin.client.transport, as: CoreFacts.clientProtocol)
        facts.note(origin.client.user ?? "", as: CoreFacts.clientUser)
        facts.note(origin.senderText, as: CoreFacts.sender)
    }
}

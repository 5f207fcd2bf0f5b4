import Bytes
import GRDB
import StageKit

extension WriteTransaction {
    /// Delivers one message to one user, unless that was done before.
    mutating func deliver(_ delivery: MailDelivery) throws -> Result<Placement, DeliveryError> {
        let count = delivery.storedSize
        guard count <= MailStore.largestDelivery else { return .failure(.tooLarge(count)) }
        guard let address = UserAddress(delivery.recipient), let recipient = try recipient(address) else {
            return .failure(.unknownUser(delivery.recipient))
        }
        let before = try delivered(delivery.message)
        if let place = before?.places[recipient.id] { return .success(place) }
        guard let number = UInt32(exactly: recipient.next) else { return .failure(.noNumberLeft(recipient.id)) }
        let sequence = nextSequence()
        let placement = Placement(user: recipient.id, number: number, sequence: sequence, isNew: true)
        let content = before?.content ?? Int64(sequence)
        try keep(delivery.body, as: content, isFirst: before == nil)
        try insert(delivery, at: placement, content: content)
        numbers.recipients[address.text]?.next += 1
        numbers.changedRecipients.insert(address.text)
        var known = before ?? Delivered(content: content)
        known.places[recipient.id] = placement
        known.places[recipient.id]?.isNew = false
        numbers.delivered[delivery.message] = known
        return .success(placement)
    }

    private mutating func recipient(_ address: UserAddress) throws -> Recipient? {
        if let known = numbers.recipients[address.text] { return known }
        let found = try database.first("SELECT id, next FROM user WHERE address = ?", [.text(address.text)]) { row in
            Recipient(id: UserID(value: try row.number(0)), next: row.integer(1))
        }
        numbers.recipients[address.text] = found
        return found
    }

    /// To whom a message was delivered before; `nil` if to nobody.
    private mutating func delivered(_ message: MessageID) throws -> Delivered? {
        if let known = numbers.delivered[message] { return known }
        var found: Delivered?
        let select = "SELECT user, number, sequence, content FROM delivered WHERE message = ?"
        try database.rows(select, [.blob(message.octets)]) { row in
            let user = UserID(value: try row.number(0))
            found = found ?? Delivered(content: row.integer(3))
            found?.places[user] = Placement(
                user: user, number: try row.number(1), sequence: try row.sequence(2), isNew: false)
        }
        numbers.delivered[message] = found
        return found
    }

    /// Stores a body once; a later recipient needs it again only if all earlier ones have deleted theirs.
    private func keep(_ body: [UInt8], as content: Int64, isFirst: Bool) throws {
        if !isFirst {
            let select = "SELECT 1 FROM content WHERE id = ?"
            if try database.first(select, [.integer(content)], { _ in true }) != nil { return }
        }
        try database.run("INSERT INTO content (id, body) VALUES (?, ?)", [.integer(content), .blob(body)])
    }

    private mutating func insert(_ delivery: MailDelivery, at place: Placement, content: Int64) throws {
        let (key, sequence) = (MailKey(user: place.user, number: place.number), Int64(place.sequence))
        let mailbox = try mailbox(delivery.mailbox)
        try database.run(
            """
            INSERT INTO mail (id, sequence, changed, content, message, mailbox, flags, date, received, subject,
                sender, recipients, reverse_path, size, attachments, preview)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(key.row), .integer(sequence), .integer(sequence), .integer(content),
                .blob(delivery.message.octets), .integer(mailbox), .integer(Int64(delivery.flags.rawValue)),
                .optional(delivery.date?.microseconds), .integer(delivery.received.microseconds),
                .text(delivery.subject), .text(delivery.sender), .text(delivery.recipients),
                .text(delivery.reversePath), .integer(Int64(delivery.size)),
                .integer(Int64(delivery.attachmentCount)), .text(delivery.preview),
            ])
        try database.run(
            "INSERT INTO arrival (sequence, mail, trace, facts) VALUES (?, ?, ?, ?)",
            [.integer(sequence), .integer(key.row), .blob(delivery.trace), .blob(delivery.facts)])
        try database.run(
            "INSERT INTO delivered (message, user, number, sequence, content) VALUES (?, ?, ?, ?, ?)",
            [
                .blob(delivery.message.octets), .integer(Int64(place.user.value)), .integer(Int64(place.number)),
                .integer(sequence), .integer(content),
            ])
    }
}

extension MailDelivery {
    /// The octets of everything whose length is the sender's choice.
    fileprivate var storedSize: Int {
        let texts = [recipient, mailbox, subject, sender, recipients, reversePath, preview]
        return texts.reduce(body.count + trace.count + facts.count) { $0 + $1.utf8.count }
    }
}

/// A mail's row number: the user in the upper half, the mail's number in the lower.
///
/// So a user's mails lie together in the order of their arrival. On disk; never renumber.
struct MailKey {
    let row: Int64

    init(user: UserID, number: UInt32) {
        row = Int64(user.value) << 32 | Int64(number)
    }

    init(row: Int64) { self.row = row }

    var user: UserID { UserID(value: UInt32(truncatingIfNeeded: row >> 32)) }
    var number: UInt32 { UInt32(truncatingIfNeeded: row) }
}

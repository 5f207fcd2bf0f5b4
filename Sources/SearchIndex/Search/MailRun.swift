/// The mails of one user in one run of the index: level 0 or a segment.
///
/// Everything a search needs; which run it is makes no difference to it.
protocol MailRun: AnyObject {
    /// The highest number of a mail that may be in it.
    var highestNumber: UInt32 { get }
    /// Whether rising keys mean falling numbers throughout.
    var isOrdered: Bool { get }
    /// Whether any mail is dead.
    var hasDead: Bool { get }
    /// Makes sure of what is read of mails by the methods that cannot fail; called before them.
    func prepare() throws(IndexError)
    /// How many mails have a word, dead ones included.
    func frequency(of token: [UInt8]) throws(IndexError) -> Int
    /// All mails, dead ones included.
    func everything() throws(IndexError) -> Cursor
    /// The mails with a word.
    func word(_ token: [UInt8]) throws(IndexError) -> PostingsCursor
    /// The mails with a word that begins so.
    func prefix(_ token: [UInt8]) throws(IndexError) -> PostingsCursor
    /// Reads what the store said of a mail.
    func number(_ key: UInt32) -> UInt32
    func date(_ key: UInt32) -> Int64
    func size(_ key: UInt32) -> Int
    func hasAttachment(_ key: UInt32) -> Bool
    func isDead(_ key: UInt32) -> Bool
    /// Where the fields of a mail begin.
    func fields(_ key: UInt32) -> FieldStarts
    /// The first key whose number is below another, if the run is ordered.
    func firstKey(below number: UInt32) -> UInt32
    /// Calls `body` with each word that begins with an octet, and how many mails have it.
    func forEachWord(startingWith octet: UInt8, _ body: ([UInt8], Int) -> Void) throws(IndexError)
}

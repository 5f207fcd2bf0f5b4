/// The replies that a session gives by itself.
extension Reply {
    static let ok = Reply(250, EnhancedStatusCode(2, 0, 0), "OK")
    static let senderOK = Reply(250, EnhancedStatusCode(2, 1, 0), "Sender OK")
    static let recipientOK = Reply(250, EnhancedStatusCode(2, 1, 5), "Recipient OK")
    static let startData = Reply(354, nil, "End data with <CR><LF>.<CR><LF>")
    static let goodbye = Reply(221, EnhancedStatusCode(2, 0, 0), "Goodbye")
    static let cannotVerify = Reply(252, EnhancedStatusCode(2, 0, 0), "Cannot verify the user; send mail and see")
    static let help = Reply(214, EnhancedStatusCode(2, 0, 0), "See RFC 5321")

    static let unknownCommand = Reply(500, EnhancedStatusCode(5, 5, 1), "Unknown command")
    static let lineTooLong = Reply(500, EnhancedStatusCode(5, 5, 2), "Line too long")
    static let bareLineFeed = Reply(500, EnhancedStatusCode(5, 5, 2), "Lines must end with <CR><LF>")
    static let controlCharacter = Reply(500, EnhancedStatusCode(5, 5, 2), "Control characters are not allowed")
    static let syntax = Reply(501, EnhancedStatusCode(5, 5, 4), "Syntax error in parameters")
    static let badParameter = Reply(501, EnhancedStatusCode(5, 5, 4), "Parameter has no such value, or is repeated")
    static let badSender = Reply(501, EnhancedStatusCode(5, 1, 7), "Sender address is not well-formed")
    static let badRecipient = Reply(501, EnhancedStatusCode(5, 1, 3), "Recipient address is not well-formed")
    static let notImplemented = Reply(502, EnhancedStatusCode(5, 5, 1), "Command not implemented")
    static let helloFirst = Reply(503, EnhancedStatusCode(5, 5, 1), "Send EHLO first")
    static let lhloFirst = Reply(503, EnhancedStatusCode(5, 5, 1), "Send LHLO first")
    static let mailFirst = Reply(503, EnhancedStatusCode(5, 5, 1), "Send MAIL first")
    static let recipientFirst = Reply(503, EnhancedStatusCode(5, 5, 1), "Send RCPT first")
    static let nestedMail = Reply(503, EnhancedStatusCode(5, 5, 1), "Sender already given")
    static let connectionRefused = Reply(503, EnhancedStatusCode(5, 5, 1), "No service for you; send QUIT")
    static let noValidRecipients = Reply(554, EnhancedStatusCode(5, 5, 1), "No valid recipients")
    static let unknownParameter = Reply(555, EnhancedStatusCode(5, 5, 4), "Unknown parameter")
    static let needsSMTPUTF8 = Reply(553, EnhancedStatusCode(5, 6, 7), "Address needs SMTPUTF8")

    static let startTLS = Reply(220, EnhancedStatusCode(2, 0, 0), "Ready to start TLS")
    static let tlsFirst = Reply(530, EnhancedStatusCode(5, 7, 0), "Send STARTTLS first")
    static let tlsActive = Reply(503, EnhancedStatusCode(5, 5, 1), "TLS is active already")
    static let tlsNeeded = Reply(538, EnhancedStatusCode(5, 7, 11), "Send STARTTLS first; passwords need encryption")

    static let chunkSyntax = Reply(501, EnhancedStatusCode(5, 5, 4), "Syntax error; send BDAT with a size, and LAST")
    static let chunksBegun = Reply(503, EnhancedStatusCode(5, 5, 1), "Chunks have begun; send BDAT or RSET")
    static let binaryNeedsChunks = Reply(503, EnhancedStatusCode(5, 5, 1), "BINARYMIME needs BDAT")

    static let authenticationFirst = Reply(530, EnhancedStatusCode(5, 7, 0), "Authentication required")
    static let authenticated = Reply(235, EnhancedStatusCode(2, 7, 0), "Authenticated")
    static let alreadyAuthenticated = Reply(503, EnhancedStatusCode(5, 5, 1), "Already authenticated")
    static let notInTransaction = Reply(503, EnhancedStatusCode(5, 5, 1), "Not between MAIL and the end of the data")
    static let unknownMechanism = Reply(504, EnhancedStatusCode(5, 5, 4), "Unknown mechanism")
    static let authenticationCancelled = Reply(501, EnhancedStatusCode(5, 7, 0), "Authentication cancelled")
    static let authenticationSyntax = Reply(501, EnhancedStatusCode(5, 5, 2), "Not base64")

    static let tooManyRecipients = Reply(452, EnhancedStatusCode(4, 5, 3), "Too many recipients")
    static let messageTooLarge = Reply(552, EnhancedStatusCode(5, 3, 4), "Message is larger than this server takes")
    static let bareNewlineInData = Reply(
        550, EnhancedStatusCode(5, 6, 0), "Message has a bare <CR> or <LF>, which is not allowed")
    static let mailLoop = Reply(554, EnhancedStatusCode(5, 4, 6), "Message has passed too many servers; it loops")
    static let localTrouble = Reply(.localError, "Something went wrong here; try again later")

    static let tooManyErrors = Reply(421, EnhancedStatusCode(4, 7, 0), "Too many errors")
    static let tooMuchInput = Reply(421, EnhancedStatusCode(4, 7, 0), "Too much input")
    static let notMail = Reply(421, EnhancedStatusCode(4, 7, 0), "This is a mail server")
    static let timeout = Reply(421, EnhancedStatusCode(4, 4, 2), "Nothing came for too long")
    static let shuttingDown = Reply(.unavailable, "Service is going down; try again later")

    /// 250 for a chunk that is not the last.
    static func chunkOK(_ count: Int) -> Reply {
        Reply(250, EnhancedStatusCode(2, 0, 0), "\(count) octets received")
    }

    /// 250 for a message that is safe.
    static func accepted(as name: String) -> Reply {
        Reply(250, EnhancedStatusCode(2, 0, 0), "Accepted as \(name)")
    }
}

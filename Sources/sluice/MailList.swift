/// A list of mails for people.
enum MailList {
    /// The columns for the names of mailboxes, if one needs so many.
    private static let widestMailbox = 16

    /// Prints the mails of an answer, one a line.
    static func say(_ answer: SearchAnswer) {
        let width = min(answer.hits.map { Terminal.columns($0.mailbox[...]) }.max() ?? 0, widestMailbox)
        for hit in answer.hits {
            let marks = (hit.isUnread ? "*" : " ") + (hit.attachments > 0 ? "@" : " ")
            Terminal.say(
                "\(Terminal.cell(String(hit.id), width: 6)) \(marks) \(hit.date)  \(Terminal.cell(hit.mailbox, width: width))  "
                    + "\(Terminal.cell(hit.from, width: 28))  \(Terminal.bold(Terminal.printable(hit.subject)))")
            if let snippet = hit.snippet, !snippet.isEmpty { Terminal.say("          " + line(snippet)) }
        }
        for suggestion in answer.suggestions ?? [] {
            Terminal.say(
                "no mail has \(Terminal.printable(suggestion.word)); did you mean "
                    + "\(Terminal.bold(Terminal.printable(suggestion.replacement)))?")
        }
        if answer.mayMissMails == true { Terminal.note("mails are being indexed anew; some may be missing here") }
        let mails = answer.total == 1 ? "1 mail" : "\(answer.total) mails"
        guard let next = answer.next else {
            Terminal.say(mails)
            return
        }
        Terminal.say("\(mails); more with --after \(next)")
    }

    /// What was found, in bold, and what stands around it.
    private static func line(_ snippet: [SearchAnswer.Piece]) -> String {
        snippet.map { piece in
            let text = Terminal.printable(piece.text)
            return piece.isHit ? Terminal.bold(text) : text
        }.joined()
    }
}

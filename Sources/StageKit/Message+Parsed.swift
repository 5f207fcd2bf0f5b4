public import MIME

extension Message {
    /// The content, parsed at the first use in each process; the parse is shared by all copies made after that.
    public var parsed: ParsedMessage {
        mutating get {
            if let parse { return parse.message }
            let parsed = facts.derived?.parsed ?? ParsedMessage(parsing: content)
            parse = SharedParse(message: parsed)
            return parsed
        }
    }

    /// All text that a reader sees, decoded at the first use in each process.
    public var text: String {
        mutating get {
            if let text = parse?.text { return text }
            let text = parsed.text
            parse?.text = text
            return text
        }
    }

    /// What has been parsed and decoded so far.
    struct SharedParse: Sendable {
        let message: ParsedMessage
        var text: String?
    }
}

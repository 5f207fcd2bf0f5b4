public import MIME

extension Message {
    /// The content, parsed at the first use in each process; the parse is shared by all copies made after that.
    public var parsed: ParsedMessage {
        mutating get {
            if let parse { return parse }
            let parsed = ParsedMessage(parsing: content)
            parse = parsed
            return parsed
        }
    }
}

extension Reply {
    /// Appends the reply as it goes over the wire: every line with code, enhanced code and CRLF.
    ///
    /// The text may come from a stage and, through it, from a stranger. Control characters, which could forge a second
    /// reply, become spaces; a line that is too long is cut (RFC 5321, section 4.5.3.1.5).
    func write(to output: inout [UInt8]) {
        var prefix = Array(String(code).utf8)
        prefix.append(UInt8(ascii: "-"))
        if let status {
            prefix += status.description.utf8
            prefix.append(UInt8(ascii: " "))
        }
        let last = max(lines.count, 1) - 1
        for index in 0...last {
            if index == last { prefix[3] = UInt8(ascii: " ") }
            output += prefix
            if index < lines.count {
                let room = SessionLimits.replyLine - prefix.count - 2
                output += lines[index].utf8.prefix(room).lazy.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
            }
            output += "\r\n".utf8
        }
    }

    /// The same with an enhanced code, which every reply but greetings and intermediate ones has (RFC 2034, section 4).
    var withStatus: Reply {
        status == nil ? Reply(code, EnhancedStatusCode(code / 100, 0, 0), lines: lines) : self
    }
}

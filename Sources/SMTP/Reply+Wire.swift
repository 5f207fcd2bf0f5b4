extension Reply {
    /// Appends the reply as it goes over the wire: every line with code, enhanced code and CRLF.
    ///
    /// The text may come from a stage and, through it, from a stranger. Control characters, which could forge a second
    /// reply, become spaces; a line that is too long is cut (RFC 5321, section 4.5.3.1.5).
    func write(to output: inout [UInt8]) {
        let last = max(lines.count, 1) - 1
        for index in 0...last {
            let start = output.count
            Self.write(code, to: &output)
            output.append(index == last ? UInt8(ascii: " ") : UInt8(ascii: "-"))
            if let status { Self.write(status, to: &output) }
            if index < lines.count {
                let room = SessionLimits.replyLine - (output.count - start) - 2
                for octet in lines[index].utf8.prefix(room) {
                    output.append(octet < 0x20 || octet == 0x7F ? 0x20 : octet)
                }
            }
            output.append(0x0D)
            output.append(0x0A)
        }
    }

    private static func write(_ status: EnhancedStatusCode, to output: inout [UInt8]) {
        write(status.category, to: &output)
        output.append(UInt8(ascii: "."))
        write(status.subject, to: &output)
        output.append(UInt8(ascii: "."))
        write(status.detail, to: &output)
        output.append(UInt8(ascii: " "))
    }

    private static func write(_ number: Int, to output: inout [UInt8]) {
        if number > 9 { write(number / 10, to: &output) }
        output.append(UInt8(ascii: "0") + UInt8(number.magnitude % 10))
    }

    /// The same with an enhanced code, which every reply but greetings and intermediate ones has (RFC 2034, section 4).
    var withStatus: Reply {
        status == nil ? Reply(code, EnhancedStatusCode(code / 100, 0, 0), lines: lines) : self
    }
}

extension ParameterParser.Media {
    /// The boundary's octets, continuations joined, without the blanks that may not end it.
    var boundary: [UInt8]? {
        guard parameters.contains(where: { $0.name == "boundary" }) else { return nil }
        var value: [UInt8]
        if let plain = parameters.first(where: { $0.name == "boundary" && $0.section == nil && !$0.isExtended }) {
            value = plain.value
        } else {
            value = joined("boundary")?.octets ?? []
        }
        while let last = value.last, ASCII.isBlank(last) { value.removeLast() }
        return value
    }

    /// All parameters with their values as text.
    var decodedParameters: [String: String] {
        var result: [String: String] = [:]
        for parameter in parameters where result[parameter.name] == nil && !parameter.name.isEmpty {
            result[parameter.name] = decodedValue(parameter.name)
        }
        return result
    }

    /// A parameter's text: the forms of RFC 2231 come before the plain one, which is there for old readers.
    private func decodedValue(_ name: String) -> String {
        if let (charset, octets) = joined(name) {
            guard let charset else { return FieldText.decode(octets) }
            return Charset(label: charset).decode(octets)
        }
        return parameters.first { $0.name == name }.map { FieldText.decode($0.value) } ?? ""
    }

    /// The octets and the charset of an extended or continued parameter; `nil` if there is only a plain one.
    private func joined(_ name: String) -> (charset: String?, octets: [UInt8])? {
        let own = parameters.filter { $0.name == name }
        if let whole = own.first(where: { $0.section == nil && $0.isExtended }) {
            return Self.split(whole.value)
        }
        var sections: [Int: ParameterParser.RawParameter] = [:]
        for parameter in own {
            if let section = parameter.section, sections[section] == nil { sections[section] = parameter }
        }
        // Some writers count from one.
        var next = sections[0] == nil ? 1 : 0
        var charset: String?
        var octets: [UInt8] = []
        guard sections[next] != nil else { return nil }
        while let section = sections[next] {
            if section.isExtended, octets.isEmpty, charset == nil {
                let first = Self.split(section.value)
                charset = first.charset
                octets = first.octets
            } else {
                octets += section.isExtended ? Self.percentDecoded(section.value) : section.value
            }
            next += 1
        }
        return (charset, octets)
    }

    /// Splits `charset'language'text`; without both apostrophes all of it is text (RFC 2231, section 4).
    private static func split(_ value: [UInt8]) -> (charset: String?, octets: [UInt8]) {
        guard let first = value.firstIndex(of: ASCII.apostrophe),
            let second = value[(first + 1)...].firstIndex(of: ASCII.apostrophe)
        else { return ("utf-8", percentDecoded(value)) }
        let label = String(decoding: value[..<first], as: UTF8.self)
        return (label.isEmpty ? "utf-8" : label, percentDecoded(Array(value[(second + 1)...])))
    }

    private static func percentDecoded(_ value: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        while position < value.count {
            if value[position] == ASCII.percent, position + 2 < value.count,
                let high = ASCII.hexValue(value[position + 1]), let low = ASCII.hexValue(value[position + 2])
            {
                output.append(high << 4 | low)
                position += 3
            } else {
                output.append(value[position])
                position += 1
            }
        }
        return output
    }
}

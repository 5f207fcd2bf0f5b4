extension ParameterParser.Media {
    /// A parameter in one piece.
    struct Decoded {
        var value: String
        /// The language that its writer named (RFC 2231, section 4).
        var language: String?
    }

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
    var decodedParameters: [String: Decoded] {
        var result: [String: Decoded] = [:]
        for parameter in parameters where result[parameter.name] == nil && !parameter.name.isEmpty {
            result[parameter.name] = decodedValue(parameter.name)
        }
        return result
    }

    /// A parameter's text: the forms of RFC 2231 come before the plain one, which is there for old readers.
    private func decodedValue(_ name: String) -> Decoded {
        guard let (prefix, octets) = joined(name) else {
            return Decoded(value: parameters.first { $0.name == name }.map { FieldText.decodeWhole($0.value) } ?? "")
        }
        guard let prefix else { return Decoded(value: FieldText.decodeWhole(octets)) }
        let text = Charset(label: prefix.charset).decode(octets)
        return Decoded(value: text, language: prefix.language.isEmpty ? nil : prefix.language)
    }

    /// What stands before the text of an extended parameter (RFC 2231, section 4).
    private struct Prefix {
        var charset = "utf-8"
        var language = ""
    }

    /// The octets of an extended or continued parameter; `nil` if there is only a plain one.
    ///
    /// Sections are joined by their numbers, also where one is missing or the first is not zero.
    private func joined(_ name: String) -> (prefix: Prefix?, octets: [UInt8])? {
        let own = parameters.filter { $0.name == name }
        if let whole = own.first(where: { $0.section == nil && $0.isExtended }) {
            return Self.split(whole.value)
        }
        var sections: [Int: ParameterParser.RawParameter] = [:]
        for parameter in own {
            if let section = parameter.section, sections[section] == nil { sections[section] = parameter }
        }
        guard !sections.isEmpty else { return nil }
        var prefix: Prefix?
        var octets: [UInt8] = []
        for (_, section) in sections.sorted(by: { $0.key < $1.key }) {
            if section.isExtended, octets.isEmpty, prefix == nil {
                (prefix, octets) = Self.split(section.value)
            } else {
                let value = prefix.map { Self.withoutPrefix(section.value, $0) } ?? section.value
                octets += section.isExtended ? Self.percentDecoded(value) : value
            }
        }
        return (prefix, octets)
    }

    /// Splits `charset'language'text`; without both apostrophes all of it is text (RFC 2231, section 4).
    private static func split(_ value: [UInt8]) -> (prefix: Prefix, octets: [UInt8]) {
        guard let first = value.firstIndex(of: ASCII.apostrophe),
            let second = value[(first + 1)...].firstIndex(of: ASCII.apostrophe)
        else { return (Prefix(), percentDecoded(value)) }
        var prefix = Prefix(language: String(decoding: value[(first + 1)..<second], as: UTF8.self))
        if first > 0 { prefix.charset = String(decoding: value[..<first], as: UTF8.self) }
        return (prefix, percentDecoded(Array(value[(second + 1)...])))
    }

    /// A later section without the charset that some writers repeat in each.
    private static func withoutPrefix(_ value: [UInt8], _ prefix: Prefix) -> [UInt8] {
        let repeated = Array(prefix.charset.utf8) + [ASCII.apostrophe]
        guard value.starts(with: repeated) else { return value }
        let rest = value.dropFirst(repeated.count)
        let language = Array(prefix.language.utf8) + [ASCII.apostrophe]
        return Array(rest.starts(with: language) ? rest.dropFirst(language.count) : rest)
    }

    static func percentDecoded(_ value: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(value.count)
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

/// A parameter of MAIL or RCPT, such as `SIZE=1000` (RFC 5321, section 4.1.2).
struct ESMTPParameter {
    /// The keyword in capitals.
    let keyword: String
    /// What stands behind `=`; `nil` if there is none.
    let value: String?

    /// Reads all parameters behind a path; `nil` if the text is not well-formed.
    static func all(in octets: ArraySlice<UInt8>) -> [ESMTPParameter]? {
        guard let first = octets.first else { return [] }
        guard first == space else { return nil }
        var parameters: [ESMTPParameter] = []
        for word in octets.split(separator: space) {
            guard let parameter = ESMTPParameter(word) else { return nil }
            parameters.append(parameter)
        }
        return parameters
    }

    private init?(_ word: ArraySlice<UInt8>) {
        let separator = word.firstIndex(of: equals)
        let name = word[..<(separator ?? word.endIndex)]
        guard let initial = name.first, initial != hyphen, name.allSatisfy(Self.isKeyword) else { return nil }
        keyword = String(decoding: name, as: UTF8.self).uppercased()
        guard let separator else {
            value = nil
            return
        }
        let text = word[(separator + 1)...]
        guard !text.isEmpty, text.allSatisfy({ (0x21...0x7E).contains($0) && $0 != equals }) else { return nil }
        value = String(decoding: text, as: UTF8.self)
    }

    private static func isKeyword(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x7A).contains(octet | 0x20) || octet == hyphen
    }
}

private let space: UInt8 = 0x20
private let hyphen: UInt8 = 0x2D
private let equals: UInt8 = 0x3D

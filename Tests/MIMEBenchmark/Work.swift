/// What a reader has brought out, so that its peers can be held to the same.
struct Work: CustomStringConvertible {
    /// Header fields of all parts, and the octets of their decoded values in UTF-8.
    var fields = 0
    var fieldOctets = 0
    /// Addresses of the message's own address fields.
    var addresses = 0
    /// Texts, and their octets in UTF-8.
    var texts = 0
    var textOctets = 0
    /// All other leaves, and their decoded octets.
    var files = 0
    var fileOctets = 0

    var description: String {
        "\(fields) \(fieldOctets) \(addresses) \(texts) \(textOctets) \(files) \(fileOctets)"
    }
}

/// At which positions the fields of one mail begin, behind the subject, which begins at 0.
///
/// So a word is stored once, whatever field it is of.
struct FieldStarts: Sendable, Equatable {
    var from: UInt32 = 0
    var filename: UInt32 = 0
    var body: UInt32 = 0
    var to: UInt32 = 0

    /// The positions of a field.
    func range(of field: Field) -> Range<UInt32> {
        switch field {
        case .any: 0..<UInt32.max
        case .subject: 0..<from
        case .from: from..<max(from, filename)
        case .filename: filename..<max(filename, body)
        case .to: to..<UInt32.max
        }
    }

    /// How far each begins behind the one before, as columns have it.
    var distances: [UInt32] { [from, filename &- from, body &- filename, to &- body] }
}

/// The octets of an RTF document as Outlook packs it (MS-OXRTFCP), one after another.
///
/// Nothing is unpacked ahead: a window of 4,096 octets is all that is held.
struct CompressedRTF: Sequence, IteratorProtocol {
    /// The first words of the format's two forms (MS-OXRTFCP, section 2.1.3.1.1).
    private enum Form {
        static let compressed: UInt32 = 0x7546_5A4C
        static let uncompressed: UInt32 = 0x414C_454D
    }

    /// What every document may refer to from its start (MS-OXRTFCP, section 2.1.2.1).
    private static let initialWindow = Array(
        """
        {\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
        \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r
        \\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx
        """.utf8)
    private static let windowSize = 4_096
    /// Sizes of the whole and of the document, the form, and a checksum.
    private static let headerSize = 16

    private let input: [UInt8]
    private var position = Self.headerSize
    private var isCompressed = false
    /// Octets of the document that are still to come, as its header says.
    private var remaining = 0
    private var window: [UInt8] = []
    private var written = Self.initialWindow.count
    /// The bits that say what follows: one for a reference, zero for an octet.
    private var control: UInt8 = 0
    private var controlBits = 0
    /// The reference that is being copied.
    private var source = 0
    private var copies = 0

    /// A document; what is none has no octets.
    init(_ input: [UInt8]) {
        self.input = input
        guard
            let (size, form) = input.withUnsafeBytes({ bytes -> (UInt32, UInt32)? in
                var reader = LittleEndianReader(bytes)
                guard reader.number(UInt32.self) != nil, let size = reader.number(UInt32.self),
                    let form = reader.number(UInt32.self)
                else { return nil }
                return (size, form)
            }), form == Form.compressed || form == Form.uncompressed
        else { return }
        remaining = Int(size)
        isCompressed = form == Form.compressed
        guard isCompressed else { return }
        window = Self.initialWindow + [UInt8](repeating: 0, count: Self.windowSize - Self.initialWindow.count)
    }

    /// The next octet; `nil` at the end, and where the input ends before.
    mutating func next() -> UInt8? {
        guard remaining > 0 else { return nil }
        remaining -= 1
        guard isCompressed else { return take() }
        if copies == 0, !readToken() { return nil }
        copies -= 1
        let octet = window[source % Self.windowSize]
        source += 1
        window[written % Self.windowSize] = octet
        written += 1
        return octet
    }

    private mutating func take() -> UInt8? {
        guard position < input.count else { return nil }
        defer { position += 1 }
        return input[position]
    }

    /// Reads what comes next: an octet, which then stands in the window, or a reference; `false` at the end.
    private mutating func readToken() -> Bool {
        if controlBits == 0 {
            guard let octet = take() else { return false }
            (control, controlBits) = (octet, 8)
        }
        let isReference = control & 1 == 1
        control >>= 1
        controlBits -= 1
        guard let first = take() else { return false }
        guard isReference else {
            window[written % Self.windowSize] = first
            (source, copies) = (written, 1)
            return true
        }
        guard let second = take() else { return false }
        source = Int(first) << 4 | Int(second) >> 4
        copies = Int(second & 0x0F) + 2
        // A reference to the place that is written next ends the document.
        return source != written % Self.windowSize
    }
}

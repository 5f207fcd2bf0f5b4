/// Composes characters that arrive in pieces, as file names from macOS do.
enum Composition {
    /// What two characters are together, if they are one (The Unicode Standard, section 3.12, for Hangul).
    static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        switch second {
        case 0x1161...0x1175 where (0x1100...0x1112).contains(first):
            return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
        case 0x11A8...0x11C2 where (0xAC00...0xD7A3).contains(first) && (first - 0xAC00) % 28 == 0:
            return first + (second - 0x11A7)
        case 0x3099: return voiced(first)
        case 0x309A:
            let base = first >= 0x30A0 ? first - 0x60 : first
            return base >= 0x306F && base <= 0x307B && (base - 0x306F) % 3 == 0 ? first + 2 : nil
        default: return nil
        }
    }

    private static func voiced(_ first: UInt32) -> UInt32? {
        let base = first >= 0x30A0 ? first - 0x60 : first
        switch base {
        case 0x3046: return first + 0x4E
        case 0x304B...0x3061 where (base - 0x304B) % 2 == 0: return first + 1
        case 0x3064...0x3068 where base % 2 == 0: return first + 1
        case 0x306F...0x307B where (base - 0x306F) % 3 == 0: return first + 1
        default: return nil
        }
    }
}

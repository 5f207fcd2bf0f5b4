/// Reads one attribute of a tag (HTML Standard, section 13.2.5.32).
enum HTMLAttribute {
    /// The value of the first attribute of a name, which is in lower case; character references as written.
    static func value(of wanted: StaticString, in tag: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var cursor = Cursor(tag)
        while !cursor.isAtEnd {
            cursor.skipBlanks()
            let name = cursor.take { !ASCII.isBlank($0) && $0 != ASCII.equals && $0 != ASCII.slash }
            cursor.skipBlanks()
            guard cursor.skip(ASCII.equals) else {
                if name.isEmpty { cursor.position += 1 }
                continue
            }
            cursor.skipBlanks()
            let value: UnsafeRawBufferPointer
            if let mark = cursor.current, mark == ASCII.quote || mark == ASCII.apostrophe {
                cursor.position += 1
                value = cursor.take { $0 != mark }
                cursor.position += 1
            } else {
                value = cursor.take { !ASCII.isBlank($0) }
            }
            if name.equalsIgnoringCase(wanted) { return value }
        }
        return nil
    }
}

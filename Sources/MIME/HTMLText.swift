/// The text that a reader of an HTML body sees.
public enum HTMLText {
    /// The text of a document: entities resolved, blanks collapsed, blocks on lines of their own; no scripts, styles and comments.
    ///
    /// - Complexity: O(n) in the document's size.
    public static func text(fromHTML html: String) -> String {
        var html = html
        return html.withUTF8 { utf8 in
            var tokenizer = HTMLTokenizer(UnsafeRawBufferPointer(utf8))
            var writer = HTMLTextWriter(capacity: utf8.count / 2)
            while let token = tokenizer.next() {
                writer.add(token)
            }
            return writer.finish()
        }
    }
}

/// Lays the text of an HTML document out: collapses blanks and puts blocks on their own lines (HTML Standard, section 15.3).
struct HTMLTextWriter {
    /// What must come before the next text.
    private enum Separator: Int {
        case none, blank, tab, line, paragraph
    }

    private static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table", "hr", "listing",
    ]
    private static let lines: Set<String> = [
        "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "nav", "aside", "main", "address",
        "center", "form", "fieldset", "figure", "figcaption", "option", "caption", "body", "html", "head", "legend",
        "details", "summary", "tbody", "thead", "tfoot", "dir", "menu",
    ]

    private var output: [UInt8] = []
    private var separator = Separator.none
    private var preformatted = 0

    init(capacity: Int) {
        output.reserveCapacity(capacity)
    }

    /// Adds one piece of a document.
    mutating func add(_ token: HTMLTokenizer.Token) {
        switch token {
        case .text(let text): add(text: text)
        case .start(let name, let attributes): start(String(decoding: name, as: UTF8.self), attributes)
        case .end(let name): end(String(decoding: name, as: UTF8.self))
        }
    }

    /// The text so far.
    func finish() -> String { String(decoding: output, as: UTF8.self) }

    private mutating func start(_ name: String, _ attributes: UnsafeRawBufferPointer) {
        switch name {
        case "br":
            flush()
            output.append(ASCII.lineFeed)
        case "td", "th": require(.tab)
        case "img", "area":
            guard let text = HTMLAttribute.value(of: "alt", in: attributes) else { break }
            add(text: text)
        case "pre", "listing":
            preformatted += 1
            require(.paragraph)
        default: separate(name)
        }
    }

    private mutating func end(_ name: String) {
        if name == "pre" || name == "listing" { preformatted = max(preformatted - 1, 0) }
        separate(name)
    }

    private mutating func separate(_ name: String) {
        if Self.paragraphs.contains(name) {
            require(.paragraph)
        } else if Self.lines.contains(name) {
            require(.line)
        }
    }

    private mutating func require(_ wanted: Separator) {
        if wanted.rawValue > separator.rawValue { separator = wanted }
    }

    private mutating func add(text: UnsafeRawBufferPointer) {
        var position = 0
        while position < text.count {
            let octet = text[position]
            if octet == ASCII.ampersand {
                let (characters, end) = HTMLEntities.reference(in: text, at: position)
                flush()
                output += characters
                position = end
            } else if ASCII.isBlank(octet) || octet == 0x0C, preformatted == 0 {
                require(.blank)
                position += 1
            } else if octet == 0 || octet == ASCII.carriageReturn {
                position += 1
            } else {
                flush()
                position = addRun(text, from: position)
            }
        }
    }

    private mutating func addRun(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end < text.count {
            let octet = text[end]
            if octet == ASCII.ampersand || octet == 0 { break }
            if octet <= ASCII.space, preformatted == 0 || octet == ASCII.carriageReturn { break }
            end += 1
        }
        // A control character of another kind than blanks stands for itself.
        end = max(end, start + 1)
        output.append(contentsOf: text.part(start..<end))
        return end
    }

    /// Writes what must come before text; nothing at the very start, and no more line ends than wanted.
    private mutating func flush() {
        let wanted = separator
        separator = .none
        guard let last = output.last else { return }
        switch wanted {
        case .none: break
        case .blank: if last != ASCII.lineFeed, last != ASCII.tab { output.append(ASCII.space) }
        case .tab: if last != ASCII.lineFeed { output.append(ASCII.tab) }
        case .line: if last != ASCII.lineFeed { output.append(ASCII.lineFeed) }
        case .paragraph:
            if last != ASCII.lineFeed { output.append(ASCII.lineFeed) }
            if output.count < 2 || output[output.count - 2] != ASCII.lineFeed { output.append(ASCII.lineFeed) }
        }
    }
}

import Bytes
import Glibc
import MIME
import Testing

struct HostileTests {
    private static let snippets = [
        "\r\n--b\r\n", "--b--\n", "\n\n", "=?utf-8?q?", "?=", "Content-Type: multipart/mixed; boundary=b\n",
        "Content-Type: message/rfc822\n", "Content-Transfer-Encoding: base64\n", "<script>", "<!--", "\"", "(", ")",
        "\\", "<", ">",
        "@", ":", ";", ",", "&#", "charset=iso-2022-jp", "\u{1B}$B", "filename*0*=", "begin 644 x\n", "\0", "\r", "=",
        "'", "%",
    ]

    @Test(arguments: Suites.fixtures)
    func `damaged fixtures are read without a trap`(path: String) {
        let original = Suites.octets(of: path)
        #expect(!original.isEmpty)
        var generator = SeededGenerator(state: UInt64(original.count) &* 0x9E37_79B9)
        for _ in 0..<150 {
            var octets = original
            for _ in 0..<Int.random(in: 1...8, using: &generator) { Self.damage(&octets, &generator) }
            exercise(ParsedMessage(parsing: Octets(octets)))
        }
    }

    @Test(arguments: Suites.fixtures)
    func `fixtures are read wherever they are cut off`(path: String) {
        let original = Suites.octets(of: path)
        let step = max(original.count / 200, 1)
        for end in stride(from: 0, through: original.count, by: step) {
            exercise(ParsedMessage(parsing: Octets(Array(original[..<end]))))
        }
    }

    private static func damage(_ octets: inout [UInt8], _ generator: inout SeededGenerator) {
        let place = Int.random(in: 0...octets.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where place < octets.count: octets[place] = UInt8.random(in: 0...255, using: &generator)
        case 1 where place < octets.count: octets.remove(at: place)
        case 2: octets.removeSubrange(place...)
        case 3:
            octets.insert(contentsOf: snippets.randomElement(using: &generator).map { Array($0.utf8) } ?? [], at: place)
        default:
            let end = min(place + Int.random(in: 0...200, using: &generator), octets.count)
            octets.insert(contentsOf: octets[place..<end], at: Int.random(in: 0...octets.count, using: &generator))
        }
    }

    /// Input that grows without bound in one dimension.
    private static let patterns: [(String, String, String)] = [
        ("nested multiparts", "", "Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
        ("one boundary again and again", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\n"),
        ("lines that almost are boundaries", "Content-Type: multipart/mixed; boundary=bbbbbbbbbb\n\n", "--bbbbbbbbb\n"),
        ("delimiters after the end", "Content-Type: multipart/mixed; boundary=b\n\n--b--\n", "--b\n"),
        ("messages in messages", "", "Content-Type: message/rfc822\n\n"), ("open comments", "To: ", "("),
        ("nested comments", "To: ", "()"), ("quotes", "Content-Type: x/y; a=", "\"\\"),
        ("parameters", "Content-Type: x/y", "; a=b"),
        ("sections", "Content-Type: x/y", "; a*1*=b"), ("word beginnings", "Subject: ", "=?a?q?x"),
        ("words", "Subject: ", "=?utf-8?q?a?= "),
        ("addresses", "To: ", "a@b,"), ("dots", "To: ", "a ."), ("at signs", "To: ", "@"), ("angles", "To: ", "<"),
        ("folds", "Subject:", "\n "),
        ("fields", "", "A:\n"), ("numbers", "Date: ", "1 "), ("tags", "Content-Type: text/html\n\n", "<a "),
        ("entities", "Content-Type: text/html\n\n", "&a"),
        ("comments", "Content-Type: text/html\n\n", "<!--"), ("scripts", "Content-Type: text/html\n\n", "<script>"),
        ("end tags", "Content-Type: text/html\n\n<script>", "</"),
        ("padding", "Content-Transfer-Encoding: base64\n\n", "A="),
        ("escapes", "Content-Transfer-Encoding: quoted-printable\n\n", "=\n"),
        ("begins", "\n", "begin 644 a\n"), ("ids", "References: ", "<"), ("zeros", "\n", "\0"), ("returns", "", "\r"),
    ]

    @Test(arguments: patterns)
    func `eight times the input costs about eight times the work`(name: String, prefix: String, unit: String) {
        func cost(_ size: Int) -> Int {
            let octets = Octets(Array((prefix + String(repeating: unit, count: size / unit.utf8.count)).utf8))
            return (0..<2).map { _ in processorTime { exercise(ParsedMessage(parsing: octets)) } }.min() ?? 0
        }
        let (small, large) = (cost(20_000), cost(160_000))
        // Eight times the input; quadratic work would cost 64 times as much.
        #expect(large < small * 32 + 20_000_000, "\(name): \(small) and \(large) ns")
    }

    /// The processor time of this thread, in nanoseconds: other work on the machine does not count.
    private func processorTime(_ work: () -> Void) -> Int {
        var (start, end) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
        work()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
        return (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec
    }
}

import MIME
import Testing

struct AddressTests {
    @Test(arguments: [
        ("a@b.c", ["a@b.c"]), ("Joe <a@b.c>", ["Joe|a@b.c"]), ("\"Doe, Joe\" <a@b.c>, x@y", ["Doe, Joe|a@b.c", "x@y"]),
        ("a@b.c (Joe Doe)", ["Joe Doe|a@b.c"]), ("group: a@b, c@d; e@f", ["a@b", "c@d", "e@f"]),
        ("undisclosed-recipients:;", []), ("<@x,@y:a@b>", ["a@b"]), ("\"john doe\"@b", ["\"john doe\"@b"]),
        ("a . b @ c . d", ["a.b@c.d"]), ("<a@[1.2.3.4]>", ["a@[1.2.3.4]"]), ("=?utf-8?q?J=C3=B6?= <a@b>", ["Jö|a@b"]),
        ("\"=?utf-8?q?J=C3=B6?=\" <a@b>", ["Jö|a@b"]), ("root", ["root"]), ("Bank of America", []),
        ("a@b <c@d>", ["a@b|c@d"]), ("Joe (his name) Doe <a@b>", ["Joe Doe|a@b"]), ("<>", []),
        ("a@b,, ,c@d", ["a@b", "c@d"]),
        ("a@b; c@d", ["a@b", "c@d"]), ("Joe <a@b", ["Joe|a@b"]), ("J. R. <a@b>", ["J. R.|a@b"]),
        ("用户@例え.jp", ["用户@例え.jp"]),
        ("<a@b> (Joe)", ["Joe|a@b"]), ("a@b(x).c", ["a@b.c"]), ("a@b\r\n , c@d", ["a@b", "c@d"]),
        ("(c)a(c)@(c)b(c)", ["c|a@b"]), ("<two words@b>", ["\"two words\"@b"]), ("<\" a\" . b @c>", ["\" a.b\"@c"]),
        ("<Undisclosed-Recipient:;>", ["\"Undisclosed-Recipient:\""]), ("a@b >, c@d", ["a@b", "c@d"]),
        ("\"a\\\"b\"@c", ["\"a\\\"b\"@c"]), ("a@b\r\n\t(x\r\n y),\r\n c@d", ["x y|a@b", "c@d"]),
        ("<=?utf-8?q?a=40b?=@c>", ["=?utf-8?q?a=40b?=@c"]), ("=?utf-8?q?a=40b?=@c", ["=?utf-8?q?a=40b?=@c"]),
        ("A:;, B: x@y;, z@w", ["x@y", "z@w"]), ("(a (nested) comment) <a@b>", ["a (nested) comment|a@b"]),
        ("O'Neil <o'neil@b>", ["O'Neil|o'neil@b"]),
    ])
    func `mailboxes are found`(value: String, expected: [String]) {
        let found = parsed("To: \(value)\n\n").to.map { address in
            (address.displayName.map { "\($0)|" } ?? "") + address.description
        }
        #expect(found == expected)
    }

    @Test func `a second field adds its recipients`() {
        #expect(parsed("To: a@b\nTo: c@d\n\n").to.count == 2)
    }

    @Test func `of too many mailboxes the first are read, and of too many words the last`() {
        let many = String(repeating: "a@b,", count: 10_000)
        #expect(parsed("To: \(many)\n\n").to.count == 10_000)
        #expect(parsed("To: \(many)c@d\n\n").to.count == 10_000)
        let words = String(repeating: "w ", count: 3_000)
        #expect(parsed("To: \(words)<a@b>\n\n").to.map(\.description) == ["a@b"])
        #expect(parsed("To: \(words)a@b\n\n").to.map(\.description) == ["a@b"])
        #expect(parsed("To: \(words)a . c@b\n\n").to.map(\.description) == ["a.c@b"])
    }
}

import MIME
import Testing

struct FieldTextTests {
    @Test(arguments: [
        ("plain", "plain"), (" two \r\n  lines ", "two   lines"),
        ("=?utf-8?q?caf=C3=A9_bar?=", "café bar"), ("=?UTF-8?B?Y2Fmw6k=?=", "café"),
        ("=?iso-8859-1?q?a?= =?iso-8859-1?q?b?=", "ab"), ("=?iso-8859-1?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"), ("=?utf-8?b?w6k?= x", "é x"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"), ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
        ("=?utf-8?q?with blanks in it?=", "with blanks in it"), ("x=?utf-8?q?y?=z", "xyz"),
        ("=?utf-8*en?q?a?=", "a"), ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"), ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?a", "=?utf-8?q?a"), ("=?utf-8?q??=", ""), ("=?nonsense?q?caf=E9?=", "café"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x"), ("=?euc-kr?B?sMu757rOsOjBpA==?=", "검사부계정"),
        ("=?ks_c_5601-1987?B?vsiz58fPvLy/5A==?=", "안녕하세요"),
        ("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"), ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?big5?B?pKSk5Q==?=", "中文"), ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"), ("=?shift_jis?B?k/qWe4zq?=", "日本語"),
        ("=?utf-7?Q?caf+AOk-?=", "café"), ("=?iso-2022-kr?B?Dj5IM2cP?=", "안녕"),
        ("=?=?utf-8?q?a?=", "=?a"), ("?= =? =?", "?= =? =?"),
    ])
    func `a field reads as people read it`(written: String, text: String) {
        #expect(field(written).value == text)
    }

    @Test func `many beginnings of words cost no more than their length`() {
        let count = 140_000
        let text = String(repeating: "=?a?q?x", count: count)
        #expect(field(text).value.utf8.count == 7 * count)
    }
}

/// The labels under which mail names charsets, reduced to lower-case letters and digits.
///
/// Only what stands here is ever handed to the C library: some of its converters had faults that mail could reach.
enum CharsetLabels {
    /// Families whose members differ in a number, and the library's name for them.
    static let numbered: [(prefix: String, numbers: Set<Int>, name: String)] = [
        ("iso8859", Set([2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16]), "ISO-8859-"),
        ("8859", Set([2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16]), "ISO-8859-"),
        ("windows", windows, "CP"), ("win", windows, "CP"), ("cp", windows, "CP"), ("xcp", windows, "CP"),
        ("microsoftcp", windows, "CP"), ("cswindows", windows, "CP"),
        ("cp", dos, "CP"), ("ibm", dos, "CP"), ("dos", dos, "CP"),
    ]

    private static let windows = Set(1250...1258)
    private static let dos: Set<Int> = [437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869]

    /// All other labels.
    static let table: [String: Charset] = {
        var table: [String: Charset] = [:]
        for (charset, labels) in entries {
            for label in labels.split(separator: " ") { table[String(label)] = charset }
        }
        return table
    }()

    private static let entries: [(Charset, String)] = [
        (.utf8, "utf8 unicode11utf8 unicode20utf8 xunicode20utf8 utf utf8mb4 xutf8 utf08 uft8 uf8 csutf8"),
        (
            .windows1252,
            """
            iso88591 88591 latin1 l1 cp819 ibm819 isoir100 iso885911987 csisolatin1 iso8859 1252 ansi windows1252 \
            xansi isolatin1 iso1 iso881591 iso85591 isi88591 iso8859115 windows1512 csiso88591 iso88591windows
            """
        ),
        // Declared so, but real mail then has any octets; the fast path makes it free when it is true.
        (.unknown, "usascii ascii ascii7bit iso646us us ansix341968 unknown8bit xunknown default 7bit 8bit none"),
        (.utf16(isBigEndian: nil), "utf16 ucs2 unicode iso10646ucs2 csunicode"),
        (.utf16(isBigEndian: false), "utf16le unicodefeff"),
        (.utf16(isBigEndian: true), "utf16be unicodefffe"),
        (.library("UTF-32"), "utf32 ucs4"), (.library("UTF-32LE"), "utf32le"), (.library("UTF-32BE"), "utf32be"),
        (.library("UTF-7"), "utf7 unicode11utf7 xunicode20utf7 csutf7"),
        (
            .library("CP949"),
            """
            euckr cp949 949 ms949 uhc ksc5601 ksc56011987 ksc56011989 ksc56011992 ks56011987 ksx1001 korean isoir149 \
            cseuckr csksc56011987 windows949 xwindows949 xksc5601 cp51949 ksc5701 xeuckr
            """
        ),
        (.library("ISO-2022-KR"), "iso2022kr csiso2022kr"), (.library("JOHAB"), "johab cp1361 ms1361"),
        (
            .library("ISO-2022-JP-3"),
            "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jp3 jis cp50220 cp50221 cp50222"
        ),
        (
            .library("CP932"),
            "shiftjis sjis xsjis mskanji csshiftjis windows31j cswindows31j cp932 932 ms932 windows932 shijis shiftjs"
        ),
        (.library("EUC-JP-MS"), "eucjp xeucjp eucjpms cseucpkdfmtjapanese cp51932 ujis"),
        (
            .library("GB18030"),
            """
            gb2312 gbk gb18030 cp936 936 ms936 windows936 xgbk chinese csgb2312 gb231280 csiso58gb231280 euccn xeuccn \
            isoir58 gb23121980 gb csgbk csgb18030 cp54936
            """
        ),
        (.library("HZ"), "hz hzgb2312 hzgb"), (.library("ISO-2022-CN"), "iso2022cn"),
        (.library("BIG5-HKSCS"), "big5 bigfive big5hkscs cnbig5 csbig5 xxbig5 xbig5 cp950 950 windows950 big5eten"),
        (.library("EUC-TW"), "euctw xeuctw"),
        (.library("KOI8-R"), "koi8r koi8 koi cskoi8r koi8rus"), (.library("KOI8-U"), "koi8u koi8ru"),
        (.library("CP874"), "tis620 tis62025330 iso885911 cp874 windows874 dos874 tis"),
        (.library("CP1254"), "iso88599 88599 latin5 l5 isolatin5"),
        (.library("ISO-8859-8"), "iso88598i iso88598e logical visual hebrew"),
        (.library("ISO-8859-6"), "iso88596i iso88596e arabic"),
        (.library("ISO-8859-7"), "greek greek8"), (.library("ISO-8859-5"), "cyrillic"),
        (.library("ISO-8859-2"), "latin2 l2 isolatin2"), (.library("ISO-8859-3"), "latin3 l3"),
        (.library("ISO-8859-4"), "latin4 l4"), (.library("ISO-8859-10"), "latin6 l6"),
        (.library("ISO-8859-15"), "latin9 l9 latin0 iso8859euro"),
        (.library("MACINTOSH"), "macintosh mac macroman xmacroman csmacintosh"),
        (.library("MAC-CYRILLIC"), "xmaccyrillic maccyrillic"),
        (.library("TCVN5712-1"), "tcvn tcvn57121"), (.library("VISCII"), "viscii csviscii"),
    ]
}

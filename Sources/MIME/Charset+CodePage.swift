extension Charset {
    /// The charset of a code page of Windows, by its number (MS-UCODEREF, section 2.2.1).
    init(codePage number: Int) {
        switch number {
        case 65_001: self = .utf8
        case 1_200: self = .utf16(isBigEndian: false)
        case 1_201: self = .utf16(isBigEndian: true)
        case 28_591...28_605: self.init(label: "iso-8859-\(number - 28_590)")
        case 20_866: self.init(label: "koi8-r")
        case 21_866: self.init(label: "koi8-u")
        case 20_932: self.init(label: "euc-jp")
        case 50_225: self.init(label: "iso-2022-kr")
        case 52_936: self.init(label: "hz-gb-2312")
        case 65_000: self.init(label: "utf-7")
        default: self.init(label: "cp\(number)")
        }
    }

    /// The charset of a font, by the number that RTF gives it; `nil` for what has none of its own.
    init?(font number: Int) {
        let pages = [
            128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
            186: 1257, 204: 1251, 222: 874, 238: 1250,
        ]
        guard let page = pages[number] else { return nil }
        self.init(codePage: page)
    }
}

/// Character references in HTML text (HTML Standard, section 13.2.5.72).
enum HTMLEntities {
    /// Longest reference that is looked at; the longest name here has twenty letters, the longest number seven digits.
    private static let lengthLimit = 21
    /// Longest name that needs no semicolon.
    private static let oldLimit = 6

    /// The characters of the reference at an ampersand and where the text goes on; what is none stands for itself.
    static func reference(in text: UnsafeRawBufferPointer, at start: Int) -> (characters: [UInt8], end: Int) {
        let window = text.part((start + 1)..<min(start + 1 + lengthLimit, text.count))
        let found = window.first == 0x23 ? number(window.part(1..<window.count), offset: 1) : name(window)
        guard let (scalar, length) = found else { return ([ASCII.ampersand], start + 1) }
        var end = start + 1 + length
        if end < text.count, text[end] == ASCII.semicolon { end += 1 }
        return (encode(scalar), end)
    }

    private static func number(_ text: UnsafeRawBufferPointer, offset: Int) -> (UInt32, Int)? {
        let isHexadecimal = text.first.map { $0 | 0x20 == 0x78 } ?? false
        let digits = text.part((isHexadecimal ? 1 : 0)..<text.count).prefix { octet in
            isHexadecimal ? ASCII.hexValue(octet) != nil : ASCII.isDigit(octet)
        }
        guard !digits.isEmpty else { return nil }
        let value = digits.reduce(UInt32(0)) { value, digit in
            min(value, 0x11_0000) * (isHexadecimal ? 16 : 10) + UInt32(ASCII.hexValue(digit) ?? 0)
        }
        return (value, offset + (isHexadecimal ? 1 : 0) + digits.count)
    }

    private static func name(_ text: UnsafeRawBufferPointer) -> (UInt32, Int)? {
        let letters = text.prefix { ASCII.isLetter($0) || ASCII.isDigit($0) }
        guard !letters.isEmpty else { return nil }
        let isEnded = letters.count < text.count && text[letters.count] == ASCII.semicolon
        if isEnded, let scalar = table[String(decoding: letters, as: UTF8.self)] { return (scalar, letters.count) }
        // The oldest names need no semicolon, and may run into the next word.
        for length in stride(from: min(letters.count, oldLimit), to: 1, by: -1) {
            guard let scalar = table[String(decoding: letters.prefix(length), as: UTF8.self)] else { continue }
            if isOld(scalar, letters.prefix(length)) { return (scalar, length) }
        }
        return nil
    }

    /// Whether a name was one when semicolons could be left out: those of Latin-1 and the signs of markup.
    private static func isOld(_ scalar: UInt32, _ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard scalar < 0x80 else { return scalar <= 0xFF && !young.contains(String(decoding: name, as: UTF8.self)) }
        return [0x22, 0x26, 0x3C, 0x3E].contains(scalar)
    }

    /// Names of Latin-1 that came later.
    private static let young: Set<String> = ["Dot", "angst", "die", "div", "half", "pm", "strns"]

    /// A scalar in UTF-8; what browsers replace is replaced (section 13.2.5.80), and the no-break space is a space.
    private static func encode(_ value: UInt32) -> [UInt8] {
        if value == 0xA0 { return [ASCII.space] }
        if (0x80...0x9F).contains(value) {
            let octet = [UInt8(truncatingIfNeeded: value)]
            return Array(octet.withUnsafeBytes(Windows1252.decode).utf8)
        }
        let scalar = value == 0 ? nil : Unicode.Scalar(value)
        return Array(String(scalar ?? "\u{FFFD}").utf8)
    }

    private static let table: [String: UInt32] = {
        var table: [String: UInt32] = [:]
        var name: Substring?
        for word in names.split(separator: " ") {
            if let own = name {
                table[String(own)] = UInt32(word, radix: 16)
                name = nil
            } else {
                name = word
            }
        }
        return table
    }()

    /// The names of HTML 4, then those that later came for ASCII, Latin, Cyrillic and punctuation, each with its scalar in
    /// hexadecimal.
    private static let names = """
        quot 22 amp 26 lt 3C gt 3E nbsp A0 iexcl A1 cent A2 pound A3 curren A4 yen A5 brvbar A6 sect A7 uml A8 \
        copy A9 ordf AA laquo AB not AC shy AD reg AE macr AF deg B0 plusmn B1 sup2 B2 sup3 B3 acute B4 micro B5 \
        para B6 middot B7 cedil B8 sup1 B9 ordm BA raquo BB frac14 BC frac12 BD frac34 BE iquest BF Agrave C0 \
        Aacute C1 Acirc C2 Atilde C3 Auml C4 Aring C5 AElig C6 Ccedil C7 Egrave C8 Eacute C9 Ecirc CA Euml CB \
        Igrave CC Iacute CD Icirc CE Iuml CF ETH D0 Ntilde D1 Ograve D2 Oacute D3 Ocirc D4 Otilde D5 Ouml D6 \
        times D7 Oslash D8 Ugrave D9 Uacute DA Ucirc DB Uuml DC Yacute DD THORN DE szlig DF agrave E0 aacute E1 \
        acirc E2 atilde E3 auml E4 aring E5 aelig E6 ccedil E7 egrave E8 eacute E9 ecirc EA euml EB igrave EC \
        iacute ED icirc EE iuml EF eth F0 ntilde F1 ograve F2 oacute F3 ocirc F4 otilde F5 ouml F6 divide F7 \
        oslash F8 ugrave F9 uacute FA ucirc FB uuml FC yacute FD thorn FE yuml FF OElig 152 oelig 153 Scaron 160 \
        scaron 161 Yuml 178 fnof 192 circ 2C6 tilde 2DC Alpha 391 Beta 392 Gamma 393 Delta 394 Epsilon 395 \
        Zeta 396 Eta 397 Theta 398 Iota 399 Kappa 39A Lambda 39B Mu 39C Nu 39D Xi 39E Omicron 39F Pi 3A0 Rho 3A1 \
        Sigma 3A3 Tau 3A4 Upsilon 3A5 Phi 3A6 Chi 3A7 Psi 3A8 Omega 3A9 alpha 3B1 beta 3B2 gamma 3B3 delta 3B4 \
        epsilon 3B5 zeta 3B6 eta 3B7 theta 3B8 iota 3B9 kappa 3BA lambda 3BB mu 3BC nu 3BD xi 3BE omicron 3BF \
        pi 3C0 rho 3C1 sigmaf 3C2 sigma 3C3 tau 3C4 upsilon 3C5 phi 3C6 chi 3C7 psi 3C8 omega 3C9 thetasym 3D1 \
        upsih 3D2 piv 3D6 ensp 2002 emsp 2003 thinsp 2009 zwnj 200C zwj 200D lrm 200E rlm 200F ndash 2013 \
        mdash 2014 lsquo 2018 rsquo 2019 sbquo 201A ldquo 201C rdquo 201D bdquo 201E dagger 2020 Dagger 2021 \
        bull 2022 hellip 2026 permil 2030 prime 2032 Prime 2033 lsaquo 2039 rsaquo 203A oline 203E frasl 2044 \
        euro 20AC image 2111 weierp 2118 real 211C trade 2122 alefsym 2135 larr 2190 uarr 2191 rarr 2192 \
        darr 2193 harr 2194 crarr 21B5 lArr 21D0 uArr 21D1 rArr 21D2 dArr 21D3 hArr 21D4 forall 2200 part 2202 \
        exist 2203 empty 2205 nabla 2207 isin 2208 notin 2209 ni 220B prod 220F sum 2211 minus 2212 lowast 2217 \
        radic 221A prop 221D infin 221E ang 2220 and 2227 or 2228 cap 2229 cup 222A int 222B there4 2234 sim 223C \
        cong 2245 asymp 2248 ne 2260 equiv 2261 le 2264 ge 2265 sub 2282 sup 2283 nsub 2284 sube 2286 supe 2287 \
        oplus 2295 otimes 2297 perp 22A5 sdot 22C5 lceil 2308 rceil 2309 lfloor 230A rfloor 230B lang 2329 \
        rang 232A loz 25CA spades 2660 clubs 2663 hearts 2665 diams 2666 apos 27 zwnbsp FEFF \
        Tab 9 NewLine A excl 21 QUOT 22 num 23 dollar 24 percnt 25 AMP 26 lpar 28 rpar 29 ast 2A midast 2A \
        plus 2B comma 2C period 2E sol 2F colon 3A semi 3B LT 3C equals 3D GT 3E quest 3F commat 40 lbrack 5B \
        lsqb 5B bsol 5C rbrack 5D rsqb 5D Hat 5E UnderBar 5F lowbar 5F DiacriticalGrave 60 grave 60 lbrace 7B \
        lcub 7B VerticalLine 7C verbar 7C vert 7C rbrace 7D rcub 7D NonBreakingSpace A0 Dot A8 DoubleDot A8 \
        die A8 COPY A9 REG AE circledR AE strns AF PlusMinus B1 pm B1 DiacriticalAcute B4 CenterDot B7 \
        centerdot B7 Cedilla B8 half BD angst C5 div F7 Amacr 100 amacr 101 Abreve 102 abreve 103 Aogon 104 \
        aogon 105 Cacute 106 cacute 107 Ccirc 108 ccirc 109 Cdot 10A cdot 10B Ccaron 10C ccaron 10D Dcaron 10E \
        dcaron 10F Dstrok 110 dstrok 111 Emacr 112 emacr 113 Edot 116 edot 117 Eogon 118 eogon 119 Ecaron 11A \
        ecaron 11B Gcirc 11C gcirc 11D Gbreve 11E gbreve 11F Gdot 120 gdot 121 Gcedil 122 Hcirc 124 hcirc 125 \
        Hstrok 126 hstrok 127 Itilde 128 itilde 129 Imacr 12A imacr 12B Iogon 12E iogon 12F Idot 130 imath 131 \
        inodot 131 IJlig 132 ijlig 133 Jcirc 134 jcirc 135 Kcedil 136 kcedil 137 kgreen 138 Lacute 139 lacute 13A \
        Lcedil 13B lcedil 13C Lcaron 13D lcaron 13E Lmidot 13F lmidot 140 Lstrok 141 lstrok 142 Nacute 143 \
        nacute 144 Ncedil 145 ncedil 146 Ncaron 147 ncaron 148 napos 149 ENG 14A eng 14B Omacr 14C omacr 14D \
        Odblac 150 odblac 151 Racute 154 racute 155 Rcedil 156 rcedil 157 Rcaron 158 rcaron 159 Sacute 15A \
        sacute 15B Scirc 15C scirc 15D Scedil 15E scedil 15F Tcedil 162 tcedil 163 Tcaron 164 tcaron 165 \
        Tstrok 166 tstrok 167 Utilde 168 utilde 169 Umacr 16A umacr 16B Ubreve 16C ubreve 16D Uring 16E uring 16F \
        Udblac 170 udblac 171 Uogon 172 uogon 173 Wcirc 174 wcirc 175 Ycirc 176 ycirc 177 Zacute 179 zacute 17A \
        Zdot 17B zdot 17C Zcaron 17D zcaron 17E imped 1B5 gacute 1F5 jmath 237 IOcy 401 DJcy 402 GJcy 403 \
        Jukcy 404 DScy 405 Iukcy 406 YIcy 407 Jsercy 408 LJcy 409 NJcy 40A TSHcy 40B KJcy 40C Ubrcy 40E DZcy 40F \
        Acy 410 Bcy 411 Vcy 412 Gcy 413 Dcy 414 IEcy 415 ZHcy 416 Zcy 417 Icy 418 Jcy 419 Kcy 41A Lcy 41B Mcy 41C \
        Ncy 41D Ocy 41E Pcy 41F Rcy 420 Scy 421 Tcy 422 Ucy 423 Fcy 424 KHcy 425 TScy 426 CHcy 427 SHcy 428 \
        SHCHcy 429 HARDcy 42A Ycy 42B SOFTcy 42C Ecy 42D YUcy 42E YAcy 42F acy 430 bcy 431 vcy 432 gcy 433 \
        dcy 434 iecy 435 zhcy 436 zcy 437 icy 438 jcy 439 kcy 43A lcy 43B mcy 43C ncy 43D ocy 43E pcy 43F rcy 440 \
        scy 441 tcy 442 ucy 443 fcy 444 khcy 445 tscy 446 chcy 447 shcy 448 shchcy 449 hardcy 44A ycy 44B \
        softcy 44C ecy 44D yucy 44E yacy 44F iocy 451 djcy 452 gjcy 453 jukcy 454 dscy 455 iukcy 456 yicy 457 \
        jsercy 458 ljcy 459 njcy 45A tshcy 45B kjcy 45C ubrcy 45E dzcy 45F emsp13 2004 emsp14 2005 numsp 2007 \
        puncsp 2008 ThinSpace 2009 VeryThinSpace 200A hairsp 200A NegativeMediumSpace 200B \
        NegativeThickSpace 200B NegativeThinSpace 200B ZeroWidthSpace 200B dash 2010 hyphen 2010 horbar 2015 \
        Verbar 2016 Vert 2016 OpenCurlyQuote 2018 CloseCurlyQuote 2019 rsquor 2019 lsquor 201A \
        OpenCurlyDoubleQuote 201C rdquor 201D ldquor 201E ddagger 2021 bullet 2022 nldr 2025 mldr 2026 \
        pertenk 2031 tprime 2034 backprime 2035 bprime 2035 OverBar 203E caret 2041 hybull 2043 bsemi 204F \
        qprime 2057 MediumSpace 205F NoBreak 2060 ApplyFunction 2061 af 2061 InvisibleTimes 2062 it 2062 \
        InvisibleComma 2063 ic 2063 numero 2116 copysr 2117 bigstar 2605 starf 2605 star 2606 phone 260E \
        female 2640 male 2642 check 2713 checkmark 2713 cross 2717
        """
}

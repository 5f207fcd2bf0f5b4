import Bytes

/// Reads dates in every form that mail has: RFC 5322 with its obsolete zones, asctime, ISO 8601, and their mixtures.
struct DateParser {
    private var numbers: [Number] = []
    private var month: Int?
    /// How many numbers came before the month's name.
    private var numbersBeforeMonth = 0
    private var time: (hour: Int, minute: Int, second: Int)?
    private var zone: Int?
    private var isAfternoon: Bool?

    private struct Number {
        let value: Int
        let digits: Int
    }

    /// The moment that a field's value names; without a zone it is taken as UTC, without a time it is none (RFC 5322,
    /// section 3.3).
    static func date(_ value: UnsafeRawBufferPointer) -> Timestamp? {
        var parser = DateParser()
        let earlier = parser.read(value)
        return parser.result ?? earlier
    }

    /// Octets that are looked at; a Received field has its date behind all else, and none needs more.
    private static let lengthLimit = 2_000

    /// Reads a value and returns the date that stood before a semicolon, behind which a trace field has its own (RFC 5321, section 4.4).
    private mutating func read(_ value: UnsafeRawBufferPointer) -> Timestamp? {
        var earlier: Timestamp?
        var cursor = Cursor(value.part(0..<Self.lengthLimit))
        while let octet = cursor.current {
            if octet == ASCII.openParenthesis {
                _ = cursor.takeComment()
            } else if ASCII.isLetter(octet) {
                readWord(&cursor)
            } else if ASCII.isDigit(octet) {
                readNumber(&cursor)
            } else if octet == ASCII.plus || octet == ASCII.hyphen, time != nil, zone == nil || zone == 0 {
                readOffset(&cursor)
            } else {
                if octet == ASCII.semicolon {
                    earlier = result ?? earlier
                    self = DateParser()
                }
                cursor.position += 1
            }
        }
        return earlier
    }

    private mutating func readWord(_ cursor: inout Cursor) {
        let word = cursor.take(while: ASCII.isLetter)
        let text = String(decoding: word.prefix(4).map(ASCII.lowercased), as: UTF8.self)
        if let index = Self.months.firstIndex(where: { text.hasPrefix($0) }) {
            if month == nil, !(text == "mart" || text == "deca") {
                month = index + 1
                numbersBeforeMonth = numbers.count
            }
        } else if text == "am" || text == "pm" {
            isAfternoon = text == "pm"
        } else if time != nil, zone == nil, let hours = Self.zones[text] {
            zone = hours * 60
        } else if time != nil, zone == nil, word.count == 1, text != "t" {
            // Military zones were printed with the wrong sign; all count as UTC (RFC 5322, section 4.3).
            zone = 0
        }
    }

    private mutating func readNumber(_ cursor: inout Cursor) {
        let first = Self.takeNumber(&cursor)
        guard time == nil, first.digits <= 2, cursor.current == ASCII.colon || isDottedTime(cursor) else {
            if numbers.count < 8 { numbers.append(first) }
            return
        }
        cursor.position += 1
        let minute = Self.takeNumber(&cursor)
        var second = 0
        if cursor.current == ASCII.colon || cursor.current == ASCII.dot {
            cursor.position += 1
            second = Self.takeNumber(&cursor).value
            if cursor.skip(ASCII.dot) { _ = Self.takeNumber(&cursor) }
        }
        time = (first.value, minute.value, second)
    }

    /// Whether `12.30.45` follows, which some write after a date with a month's name.
    private func isDottedTime(_ cursor: Cursor) -> Bool {
        guard month != nil, numbers.count >= 2, cursor.current == ASCII.dot else { return false }
        return cursor.position + 1 < cursor.bytes.count && ASCII.isDigit(cursor.bytes[cursor.position + 1])
    }

    private mutating func readOffset(_ cursor: inout Cursor) {
        let isNegative = cursor.current == ASCII.hyphen
        cursor.position += 1
        let first = Self.takeNumber(&cursor)
        var minutes: Int
        if first.digits <= 2, cursor.current == ASCII.colon {
            cursor.position += 1
            minutes = first.value * 60 + Self.takeNumber(&cursor).value
        } else if first.digits <= 2 {
            minutes = first.value * 60
        } else {
            minutes = first.value / 100 * 60 + first.value % 100
        }
        guard first.digits > 0 else { return }
        // No place is a day away; such an offset is a slip.
        if minutes >= 24 * 60 { minutes = 0 }
        zone = isNegative ? -minutes : minutes
    }

    /// Takes digits; more than nine of them make no number that a date has.
    private static func takeNumber(_ cursor: inout Cursor) -> Number {
        let digits = cursor.take(while: ASCII.isDigit)
        let value = digits.prefix(9).reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
        return Number(value: value, digits: digits.count)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Zones by name, in hours (RFC 5322, section 4.3), and the European ones that old mailers wrote.
    private static let zones = [
        "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
        "pst": -8, "pdt": -7, "bst": 1, "wet": 0, "west": 1, "cet": 1, "met": 1, "mez": 1, "mewt": 1, "cest": 2,
        "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "msd": 4, "jst": 9, "kst": 9, "hst": -10, "akst": -9,
        "akdt": -8, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "sgt": 8, "hkt": 8,
    ]

    private var result: Timestamp? {
        guard let (year, month, day) = calendarDate, (1...9_999).contains(year), (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day), let time
        else { return nil }
        let (minute, second) = (time.minute, time.second)
        var hour = time.hour
        if let isAfternoon, hour <= 12 { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        guard hour <= 24, minute < 60, second <= 60 else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - (zone ?? 0) * 60
        return Timestamp(seconds: Int64(seconds))
    }

    private var calendarDate: (year: Int, month: Int, day: Int)? {
        if let month {
            guard numbers.count >= 2 else { return nil }
            // `2001 Jan 2`, else `2 Jan 2001` and `Jan 2 … 2001`.
            if numbersBeforeMonth == 1, numbers[0].digits == 4 {
                return (numbers[0].value, month, numbers[1].value)
            }
            return (Self.fullYear(numbers[1]), month, numbers[0].value)
        }
        guard numbers.count >= 3 else {
            guard let whole = numbers.first, whole.digits == 8 else { return nil }
            return (whole.value / 10_000, whole.value / 100 % 100, whole.value % 100)
        }
        if numbers[0].digits == 4 { return (numbers[0].value, numbers[1].value, numbers[2].value) }
        let year = Self.fullYear(numbers[2])
        // `25/12/2001` can be read in one way only; else the American order.
        if numbers[0].value > 12 { return (year, numbers[1].value, numbers[0].value) }
        return (year, numbers[0].value, numbers[1].value)
    }

    /// Two digits are 1950 to 2049, three count from 1900 (RFC 5322, section 4.3).
    private static func fullYear(_ number: Number) -> Int {
        switch number.digits {
        case ...2: number.value < 50 ? 2_000 + number.value : 1_900 + number.value
        case 3: 1_900 + number.value
        default: number.value
        }
    }

    private static func days(in month: Int, of year: Int) -> Int {
        guard month != 2 else { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01 in the Gregorian calendar; years count from March so that the leap day is the last.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}

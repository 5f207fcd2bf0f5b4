import Bytes

/// The value behind `is:`, `has:`, a date, an age or a size.
struct FilterValue {
    let key: String
    let text: String
    let now: Timestamp

    /// What it asks for; nil if the value makes no sense.
    var expression: Expression? {
        switch key {
        case "is": state
        case "has": text == "attachment" || text == "attachments" ? .filter(.hasAttachment) : nil
        case "before": day.map { .filter(.before($0)) }
        case "after": day.map { .filter(.since($0)) }
        case "older_than": age.map { .filter(.before($0)) }
        case "newer_than": age.map { .filter(.since($0)) }
        case "larger": size.map { .filter(.larger($0)) }
        case "smaller": size.map { .filter(.smaller($0)) }
        default: nil
        }
    }

    private var state: Expression? {
        switch text {
        case "unread": .not(.filter(.has(.read)))
        case "read": .filter(.has(.read))
        case "flagged", "starred": .filter(.has(.flagged))
        case "answered": .filter(.has(.answered))
        default: nil
        }
    }

    /// The beginning of a day, in microseconds.
    private var day: Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count <= 2, parts[2].count <= 2,
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
            year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year)
        else { return nil }
        return Self.days(to: year, month, day) * 86_400_000_000
    }

    /// So long ago, in microseconds.
    private var age: Int64? {
        let units: [Character: Int64] = ["d": 1, "w": 7, "m": 30, "y": 365]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...Self.maximumAge).contains(count)
        else { return nil }
        return now.microseconds - count * unit * 86_400_000_000
    }

    /// Ages beyond reach no mail, and stay far from the limits of arithmetic.
    private static let maximumAge: Int64 = 100_000

    private var size: Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), count <= Int(UInt32.max) else { return nil }
        switch text.dropFirst(digits.count) {
        case "", "b": return count
        case "k", "kb": return count * 1_000
        case "m", "mb": return count * 1_000_000
        case "g", "gb": return count * 1_000_000_000
        default: return nil
        }
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01 in the Gregorian calendar; years begin in March so that leap days come last.
    private static func days(to year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

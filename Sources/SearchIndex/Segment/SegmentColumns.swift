/// What the store said of each mail of a user, in columns as narrow as their values.
///
/// Numbers are distances below the highest; with width 0 they fall by one from row to row. Dates are distances from the earliest.
struct SegmentColumns {
    /// The octets of one value of each column.
    let numberWidth: Int
    let sizeWidth: Int
    let dateWidth: Int
    let threadWidth: Int
    /// Of each of ``FieldStarts/distances``, as the directory has them: eight bits each, the first lowest.
    let fieldWidths: UInt32
    /// Microseconds that one unit of a date is.
    let dateUnit: Int64
    let rows: Int
    let highest: UInt32
    let earliest: Int64

    /// Reads what an entry of the directory says of widths.
    init(widths: UInt32, fieldWidths: UInt32, rows: Int, highest: UInt32, earliest: Int64) {
        numberWidth = min(Int(widths & 0xFF), 4)
        sizeWidth = min(Int(widths >> 8 & 0xFF), 4)
        dateWidth = min(Int(widths >> 16 & 0x7F), 8)
        threadWidth = min(Int(widths >> 24), 8)
        self.fieldWidths = fieldWidths
        dateUnit = UInt8(truncatingIfNeeded: widths >> 16) & SegmentLayout.secondsFlag != 0 ? 1_000_000 : 1
        self.rows = rows
        self.highest = highest
        self.earliest = earliest
    }

    /// Chooses widths for mails, given newest first.
    init(_ mails: [SegmentWriter.Mail]) {
        rows = mails.count
        let highest = mails.first?.number ?? 0
        let earliest = mails.lazy.map(\.date).min() ?? 0
        let isDense = mails.enumerated().allSatisfy { highest - $1.number == UInt32($0) }
        let isInSeconds = mails.allSatisfy { ($0.date &- earliest) % 1_000_000 == 0 }
        let unit: Int64 = isInSeconds ? 1_000_000 : 1
        numberWidth = isDense ? 0 : Self.width(UInt64(highest - (mails.last?.number ?? 0)))
        sizeWidth = Self.width(UInt64(mails.lazy.map(\.size).max() ?? 0))
        dateWidth = Self.width(
            mails.lazy.map { UInt64(bitPattern: ($0.date &- earliest) / unit) }.max() ?? 0)
        threadWidth = Self.width(mails.lazy.map(\.thread).max() ?? 0)
        let distances = mails.map(\.fields.distances)
        fieldWidths = (0..<4).reduce(0) { widths, field in
            let width = Self.width(UInt64(distances.lazy.map { $0[field] }.max() ?? 0))
            return widths | UInt32(width) << UInt32(field * 8)
        }
        dateUnit = unit
        self.highest = highest
        self.earliest = earliest
    }

    /// As the directory has it.
    var widths: UInt32 {
        let seconds = dateUnit == 1 ? 0 : UInt32(SegmentLayout.secondsFlag)
        return UInt32(numberWidth) | UInt32(sizeWidth) << 8 | (UInt32(dateWidth) | seconds) << 16
            | UInt32(threadWidth) << 24
    }

    @inline(__always)
    private func fieldWidth(_ field: Int) -> Int { min(Int(fieldWidths >> UInt32(field * 8) & 0xFF), 4) }

    /// All octets of the columns.
    var octets: Int { bits + (rows + 7) / 8 }

    // Where columns begin.
    private var sizes: Int { rows * numberWidth }
    private var dates: Int { sizes + rows * sizeWidth }
    private var threads: Int { dates + rows * dateWidth }
    private var fields: Int { threads + rows * threadWidth }
    private var bits: Int { fields + rows * (0..<4).reduce(0) { $0 + fieldWidth($1) } }

    // MARK: Reading and writing

    @inline(__always)
    func number(_ base: UnsafeRawPointer, _ row: Int) -> UInt32 {
        let distance = numberWidth == 0 ? UInt64(row) : Self.value(base, row, numberWidth)
        return highest &- UInt32(truncatingIfNeeded: distance)
    }

    func size(_ base: UnsafeRawPointer, _ row: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: Self.value(base + sizes, row, sizeWidth))
    }

    func date(_ base: UnsafeRawPointer, _ row: Int) -> Int64 {
        earliest &+ Int64(bitPattern: Self.value(base + dates, row, dateWidth)) &* dateUnit
    }

    func thread(_ base: UnsafeRawPointer, _ row: Int) -> UInt64 { Self.value(base + threads, row, threadWidth) }

    func bits(_ base: UnsafeRawPointer, _ row: Int) -> UInt8 { base.u8(bits + row >> 3) >> UInt8(row & 7) & 1 }

    func fields(_ base: UnsafeRawPointer, _ row: Int) -> FieldStarts {
        var start = fields
        func next(_ field: Int) -> UInt32 {
            defer { start += rows * fieldWidth(field) }
            return UInt32(truncatingIfNeeded: Self.value(base + start, row, fieldWidth(field)))
        }
        var starts = FieldStarts()
        starts.from = next(0)
        starts.filename = starts.from &+ next(1)
        starts.body = starts.filename &+ next(2)
        starts.to = starts.body &+ next(3)
        return starts
    }

    /// Appends the columns of mails.
    func encode(_ mails: [SegmentWriter.Mail], into output: inout ByteBuilder) {
        for mail in mails { Self.append(UInt64(highest - mail.number), numberWidth, to: &output) }
        for mail in mails { Self.append(UInt64(mail.size), sizeWidth, to: &output) }
        for mail in mails {
            Self.append(UInt64(bitPattern: (mail.date &- earliest) / dateUnit), dateWidth, to: &output)
        }
        for mail in mails { Self.append(mail.thread, threadWidth, to: &output) }
        let distances = mails.map(\.fields.distances)
        for field in 0..<4 {
            for mail in distances { Self.append(UInt64(mail[field]), fieldWidth(field), to: &output) }
        }
        for start in stride(from: 0, to: mails.count, by: 8) {
            let octet = mails[start..<min(start + 8, mails.count)].enumerated().reduce(UInt8(0)) {
                $0 | ($1.element.bits & 1) << UInt8($1.offset)
            }
            output.append(octet)
        }
    }

    private static func width(_ highest: UInt64) -> Int { (64 - highest.leadingZeroBitCount + 7) / 8 }

    /// A value; up to seven octets behind it are looked at, which the end of the file has.
    @inline(__always)
    private static func value(_ base: UnsafeRawPointer, _ row: Int, _ width: Int) -> UInt64 {
        guard width > 0 else { return 0 }
        return base.u64(row * width) & (UInt64.max >> UInt64(64 - width * 8))
    }

    private static func append(_ value: UInt64, _ width: Int, to output: inout ByteBuilder) {
        for octet in 0..<width { output.append(UInt8(truncatingIfNeeded: value >> UInt64(octet * 8))) }
    }
}

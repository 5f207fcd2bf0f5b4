import GRDB
import GRDBSQLite

/// A value in a statement's place.
enum SQLValue {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    static func optional(_ number: Int64?) -> SQLValue { number.map(SQLValue.integer) ?? .null }
}

/// A row while it is current.
struct SQLRow {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    /// A number that we wrote with 32 bits.
    func number(_ column: Int32) throws -> UInt32 {
        guard let number = UInt32(exactly: integer(column)) else { throw outOfRange(column) }
        return number
    }

    /// A sequence.
    func sequence(_ column: Int32) throws -> UInt64 {
        guard let sequence = UInt64(exactly: integer(column)) else { throw outOfRange(column) }
        return sequence
    }

    private func outOfRange(_ column: Int32) -> MailStoreError {
        let name = sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "\(column)"
        return .damaged("column \(name) has \(integer(column)), which was never written")
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : integer(column)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension Database {
    /// Runs a statement, prepared once for each connection, and calls `body` with each row.
    ///
    /// Values are bound without GRDB's boxes, which would copy every body through Foundation.
    func rows(_ sql: String, _ values: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let handle = try cachedStatement(sql: sql).sqliteStatement
        // The statement is left without rows and values, or it would hold up the commit and keep the octets.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (index, value) in values.enumerated() {
            try check(bind(value, to: handle, at: Int32(index + 1)), sql)
        }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            try check(code == SQLITE_ROW ? SQLITE_OK : code, sql)
            try body(SQLRow(statement: handle))
        }
    }

    /// Runs a statement that gives no rows.
    func run(_ sql: String, _ values: [SQLValue]) throws {
        try rows(sql, values) { _ in }
    }

    /// Runs a statement and makes something of its first row, if there is one.
    func first<Value>(_ sql: String, _ values: [SQLValue], _ make: (SQLRow) throws -> Value) throws -> Value? {
        var value: Value?
        try rows(sql, values) { row in if value == nil { value = try make(row) } }
        return value
    }

    private func check(_ code: Int32, _ sql: String) throws {
        guard code != SQLITE_OK else { return }
        let text = sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: text, sql: sql)
    }

    private func bind(_ value: SQLValue, to handle: OpaquePointer, at index: Int32) -> Int32 {
        // SQLite copies what it is given: the arrays may move.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .integer(let number):
            return sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress ?? Self.noText, Int32($0.count), transient)
                }
            }
        case .blob(let octets):
            if octets.isEmpty { return sqlite3_bind_zeroblob(handle, index, 0) }
            return octets.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), transient)
            }
        }
    }

    /// What an empty text points at: no address at all would be NULL.
    private static var noText: UnsafePointer<CChar>? { UnsafePointer(bitPattern: 1) }
}

import Bytes
import Files
import SearchIndex
import Testing

/// The words that people look for in running text of their languages.
struct TwentyQueriesTests {
    static let texts: [(text: String, queries: [String], absent: [String])] = [
        ("내일 회의록을 첨부합니다. 서울시청에서 계약서를 검토했습니다.", ["회의록", "계약서", "시청", "검토", "내일", "록"], ["시울", "의회"]),
        ("안녕하세요 김민수입니다 결제가 완료되었습니다", ["결제", "민수", "김민수"], ["수민"]),
        ("本日の会議の議事録を添付します。東京都庁で契約書を確認しました。", ["議事録", "契約", "東京"], ["东京"]),
        ("请查收附件中的会议记录，合同已经确认", ["会议", "合同", "合", "认"], ["同合"]),
        ("Привет, отчёт готов", ["отчет", "ОТЧЁТ", "привет"], ["четот"]),
        ("RÉSUMÉ attaché naïve café", ["resume", "cafe", "\"naive cafe\"", "Café"], ["\"cafe naive\""]),
        ("Straße und Größe", ["strasse", "grosse", "STRASSE", "größe"], ["stra\u{DF}en"]),
        (
            "foo_bar C++ user@example.com v2.4.1 don't",
            ["foo_bar", "example.com", "2.4", "c++", "user@example.com", "don't", "\"bar C\""],
            ["4.2", "ser@example.com"]
        ),
    ]

    @Test(arguments: [false, true])
    func `the words of every language are found in running text`(isFlushed: Bool) throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        for (number, entry) in Self.texts.enumerated() {
            try index.add([TestMail.make(number: UInt32(number + 1), body: entry.text)])
        }
        if isFlushed { try index.flush() }
        for (number, entry) in Self.texts.enumerated() {
            for text in entry.queries {
                let found = try index.search(user: 1, query: folder.query(text), limit: 10).numbers
                #expect(found.contains(UInt32(number + 1)), "\(text) in \(entry.text)")
            }
            for text in entry.absent {
                let found = try index.search(user: 1, query: folder.query(text), limit: 10).numbers
                #expect(!found.contains(UInt32(number + 1)), "\(text) in \(entry.text)")
            }
        }
        try index.close()
    }
}

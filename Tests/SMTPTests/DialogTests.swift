import Foundation
import SMTP
import Testing

@Suite struct DialogTests {
    static let dialogs: Result<[Dialog], any Error> = Result {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Dialogs")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "dialog" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .flatMap { file in
                try Dialog.all(in: String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent)
            }
    }

    @Test func `all dialogue files can be read`() throws {
        #expect(try Self.dialogs.get().count > 100)
    }

    @Test(arguments: [1, 7, Int.max], DialogPlayer.Promptness.allCases)
    func `every dialogue goes as written`(chunkSize: Int, promptness: DialogPlayer.Promptness) throws {
        for dialog in try Self.dialogs.get() {
            DialogPlayer.play(dialog, chunkSize: chunkSize, promptness)
        }
    }
}

import SMTP
import SMTPDialogs
import Testing

@Suite struct DialogTests {
    static let dialogs: Result<[Dialog], any Error> = Result {
        // What has the inbound pipeline's recipients is for the whole server.
        try Dialog.all { !$0.hasPrefix("inbound") }
    }

    @Test func `all dialogue files can be read`() throws {
        #expect(try Self.dialogs.get().count > 250)
    }

    @Test(arguments: [1, 7, Int.max], DialogPlayer.Promptness.allCases)
    func `every dialogue goes as written`(chunkSize: Int, promptness: DialogPlayer.Promptness) throws {
        for dialog in try Self.dialogs.get() {
            if dialog.settings.channel != .tls { DialogPlayer.play(dialog, chunkSize: chunkSize, promptness) }
            if dialog.settings.channel != .plain {
                DialogPlayer.play(dialog, over: DialogPlayer.tls, chunkSize: chunkSize, promptness)
            }
        }
    }
}

import Foundation
import SMTPDialogs
import Testing

extension EndToEndTests {
    struct ChildProcessTests {
        @Test func `what a child starts can be ended kindly, too`() async throws {
            try await withTemporaryDirectory { directory in
                let file = directory + "/output"
                let script = "sleep 600 & kill $! && wait $!; echo $?"
                let shell = try ChildProcess("/bin/sh", ["-c", script], output: file, errors: directory + "/errors")
                #expect(try await shell.wait(.seconds(30)) == .exited(0))
                // 128 and the number of SIGTERM.
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "143\n")
            }
        }
    }
}

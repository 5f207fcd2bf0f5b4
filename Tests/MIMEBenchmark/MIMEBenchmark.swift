import Bytes
import Files
import Glibc
import MIME

/// Reads mails with our parser, for `Tests/bench mime`.
///
/// Usage: `MIMEBenchmark full|facts|structure|header|base64|everything LIST PASSES`; LIST is a file with a path a line. Prints what was
/// read once, then octets, seconds of processor time and the work of all passes, which the peers print alike.
@main
struct MIMEBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let kind = Reading(rawValue: arguments[1]), let passes = Int(arguments[3]) else {
            write("usage: MIMEBenchmark full|facts|structure|header|base64|everything LIST PASSES", to: STDERR_FILENO)
            exit(64)
        }
        let mails = try mails(listedIn: arguments[2])
        var work = Work()
        let start = processorTime()
        for _ in 0..<passes {
            for mail in mails { kind.read(mail, &work) }
        }
        let seconds = processorTime() - start
        let octets = mails.reduce(0) { $0 + $1.count } * passes
        write("\(mails.count * passes) \(octets) \(seconds) \(work)", to: STDOUT_FILENO)
    }

    private static func mails(listedIn path: String) throws -> [Octets] {
        let disk = LocalFileSystem()
        func content(_ path: String) throws -> [UInt8] {
            let file = try disk.open(path, .read)
            defer { file.close() }
            return try file.read(0..<file.size())
        }
        return try content(path).split(separator: 0x0A).map { line in
            Octets(try content(String(decoding: line, as: UTF8.self)))
        }
    }

    private static func write(_ line: String, to descriptor: CInt) {
        let octets = Array((line + "\n").utf8)
        precondition(Glibc.write(descriptor, octets, octets.count) == octets.count, "the output must take a line")
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

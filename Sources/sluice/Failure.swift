import ArgumentParser
import DurableQueue
import Files

/// Why a command ends without having done what it should: a text for people, a number for scripts.
struct Failure: Error, CustomStringConvertible {
    /// The exit codes of `sysexits.h`.
    enum Code: Int32 {
        case dataError = 65
        case noUser = 67
        case unavailable = 69
        case software = 70
        case systemError = 71
        case inputOutput = 74
        case temporary = 75
        case noPermission = 77
        case configuration = 78
    }

    let code: Code
    let description: String

    init(_ code: Code, _ text: String) {
        self.code = code
        description = text
    }
}

/// Runs a command's work and turns its errors into a line on standard error and an exit code.
///
/// - Throws: `ExitCode` for everything that goes wrong.
func reportingFailures(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let failure as Failure {
        Terminal.complain(failure.description)
        throw ExitCode(failure.code.rawValue)
    } catch let exit as ExitCode {
        throw exit
    } catch QueueError.unknownMessage(let id) {
        Terminal.complain("no message \(id) is in quarantine")
        throw ExitCode(Failure.Code.dataError.rawValue)
    } catch let error where isInUse(error) {
        Terminal.complain("\(error)")
        throw ExitCode(Failure.Code.temporary.rawValue)
    } catch let error as FileError where error.isForbidden {
        Terminal.complain("\(error); run the command as the user of the server")
        throw ExitCode(Failure.Code.noPermission.rawValue)
    } catch {
        Terminal.complain("\(error)")
        throw ExitCode(Failure.Code.software.rawValue)
    }
}

/// Whether data cannot be had only because another process uses it.
func isInUse(_ error: any Error) -> Bool {
    if case QueueError.inUse = error { return true }
    return error is ProcessLock.InUse
}

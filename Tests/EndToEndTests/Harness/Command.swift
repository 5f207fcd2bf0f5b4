import Foundation
import Glibc
import Testing

/// What a command did.
struct Outcome: CustomTestStringConvertible {
    let status: Int32
    let octets: [UInt8]
    let errors: String

    /// What it printed.
    var text: String { String(decoding: octets, as: UTF8.self) }

    var testDescription: String {
        "status \(status), output \"\(text.suffix(2_000))\", errors \"\(errors.suffix(2_000))\""
    }

    /// The printed JSON.
    func decoded<Answer: Decodable>(as type: Answer.Type) throws -> Answer {
        guard status == 0 else { throw Mishap("no answer: \(testDescription)") }
        return try JSONDecoder().decode(type, from: Data(octets))
    }
}

extension Workspace {
    /// Runs a program to its end.
    func run(_ program: String, _ arguments: [String], within limit: Duration = .seconds(120)) async throws -> Outcome {
        guard let path = program.hasPrefix("/") ? program : Places.program(program) else {
            throw Mishap("there is no program \(program); Tests/run installs it")
        }
        let name = "run-\(UUID().uuidString.prefix(8))"
        let (output, errors) = (self(name + ".out"), self(name + ".err"))
        let child = try ChildProcess(path, arguments, output: output, errors: errors)
        defer {
            child.kill()
            unlink(output)
            unlink(errors)
        }
        let ending = try await child.wait(limit)
        guard case .exited(let status) = ending else {
            throw Mishap("\(program) \(arguments.joined(separator: " ")): \(ending); \(Workspace.text(errors))")
        }
        return Outcome(status: status, octets: Workspace.octets(output), errors: Workspace.text(errors))
    }

    /// Runs one of our Python clients and gives the JSON that it prints.
    func client<Answer: Decodable>(
        _ name: String, _ arguments: [String], as type: Answer.Type, within limit: Duration = .seconds(180)
    ) async throws -> Answer {
        let outcome = try await run("python3", [Places.here + "/Clients/\(name).py"] + arguments, within: limit)
        return try outcome.decoded(as: type)
    }
}

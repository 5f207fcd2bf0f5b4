import ArgumentParser
import StageKit

/// A word in the place of a command that is none; the parser would call it and all behind it unexpected.
struct UnknownCommand: CustomStringConvertible {
    /// What is wrong, and what would be right.
    let description: String

    /// Finds it in the arguments of a command; nil if there is none.
    init?(in arguments: [String], of root: any ParsableCommand.Type) {
        var command = root
        var path = ""
        for word in arguments {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            guard let next = known.first(where: { $0._commandName == word }) else {
                let names = known.map { $0._commandName }
                let hint = closest(to: word, among: names).map { "did you mean \(path)\($0)?" }
                let list = "there are \(names.joined(separator: ", "))"
                description = "there is no command \(path)\(word); \(hint ?? list)"
                return
            }
            command = next
            path += word + " "
        }
        return nil
    }
}

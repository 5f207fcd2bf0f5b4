import MIME
import SMTP
package import StageKit

/// Refuses mail that carries a file with an unwanted extension.
///
/// ```yaml
/// - block-attachments: { extensions: [exe, js, scr] }
/// ```
package struct BlockAttachments: PromptStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let extensions: [String]

        package init(from settings: inout Settings) {
            extensions = settings.take("extensions", "The extensions to refuse, without dots, in any letter case.")
            for (number, name) in extensions.enumerated() where name.contains(".") {
                settings.note(
                    "extensions", element: number, "has \(name) with a dot; write only what follows the last dot")
            }
        }
    }

    package static let manifest = StageManifest(
        name: "block-attachments",
        summary: "Refuses mail that carries a file with an unwanted extension.")

    private let blocked: Set<String>

    package init(configuration: Configuration, services: StageServices) throws {
        blocked = Set(configuration.extensions.map { $0.lowercased() })
        guard !blocked.isEmpty else {
            throw ConfigurationError("is empty; list at least one extension, such as exe", at: "extensions")
        }
    }

    package func process(_ message: inout Message, in context: StageContext) throws -> Verdict {
        // Not only of attachments: a file in a forwarded message or in a winmail.dat is a file, too.
        let names = message.parsed.filenames
        guard let name = names.first(where: isBlocked) else { return .proceed }
        return .reject(
            Reply(.policyViolation, "This server does not accept files of that type"),
            reason: "a file is named \(name)")
    }

    private func isBlocked(_ name: String) -> Bool {
        // Windows ignores dots and spaces at the end of a name, so `run.exe. ` still runs.
        guard let end = name.lastIndex(where: { $0 != "." && $0 != " " }),
            let dot = name[...end].lastIndex(of: ".")
        else { return false }
        return blocked.contains(name[name.index(after: dot)...end].lowercased())
    }
}

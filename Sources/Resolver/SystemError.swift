import Glibc

/// A refusal by the operating system.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was being done, such as `bind the socket`.
    package let action: String
    /// The system's error number.
    package let code: Int32

    /// An action and the error number that it ended with.
    package init(_ action: String, code: Int32) {
        self.action = action
        self.code = code
    }

    /// The action and the system's words for the error.
    package var description: String { "cannot \(action): \(String(cString: strerror(code)))" }
}

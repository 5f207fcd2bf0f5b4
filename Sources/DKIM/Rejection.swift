/// Why a signature, a key or a seal does not count.
package struct Rejection: Error, Sendable, Hashable {
    /// What the result is.
    package let result: DKIMResult
    /// Why, for the operator; it may hold words of strangers, visible ASCII and spaces only.
    package let reason: String

    /// A rejection of a kind with its reason.
    package init(_ result: DKIMResult, _ reason: String) {
        self.result = result
        self.reason = String(
            String.UnicodeScalarView(
                reason.unicodeScalars.prefix(200).map { ("\u{20}"..."\u{7E}").contains($0) ? $0 : "?" }))
    }
}

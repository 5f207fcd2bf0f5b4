/// What the check of a directory found.
package struct CheckedSite: Sendable {
    /// All findings of all files, sorted by place.
    package let findings: [Finding]
    /// The plan; `nil` if a finding is an error.
    package let plan: SitePlan?
}

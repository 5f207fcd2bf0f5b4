extension Finding {
    /// The kinds of findings; the names are stable, so that scripts may rely on them.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// A file or the directory cannot be read.
        case unreadableFile = "unreadable-file"
        /// There is no pipeline file.
        case emptyDirectory = "empty-directory"
        /// There is no `site.yaml`.
        case missingSite = "missing-site"
        /// A file looks like a pipeline, but its name keeps it from being read.
        case ignoredFile = "ignored-file"
        /// A file is larger than anyone would write.
        case fileTooLarge = "file-too-large"
        /// A file is nested deeper than anyone would write.
        case nestedTooDeep = "nested-too-deep"
        /// A file is not YAML.
        case yamlSyntax = "yaml-syntax"
        /// A file uses a part of YAML that pipeline files leave out.
        case yamlFeature = "yaml-feature"
        /// A key stands twice in one group.
        case duplicateKey = "duplicate-key"
        /// The format's version is none that this server knows.
        case unsupportedVersion = "unsupported-version"
        /// A `${…}` cannot be replaced.
        case unresolvedReference = "unresolved-reference"
        /// The file of a secret can be read by others.
        case exposedSecret = "exposed-secret"
        /// A key that nobody takes.
        case unknownKey = "unknown-key"
        /// A key that must be there is not.
        case missingKey = "missing-key"
        /// A value of the wrong type or form.
        case wrongType = "wrong-type"
        /// A duration or size without its unit, or with one that does not exist.
        case wrongUnit = "wrong-unit"
        /// A value that is well-formed but makes no sense.
        case invalidSetting = "invalid-setting"
        /// A key of a step that means nothing where the step stands.
        case misplacedKey = "misplaced-key"
        /// No stage has this name.
        case unknownStage = "unknown-stage"
        /// A receiver stands among the steps, or a stage under `receive`.
        case wrongKind = "wrong-kind"
        /// Nobody gets the mail for postmaster.
        case noPostmaster = "no-postmaster"
        /// Nothing lets mail in.
        case noReceiver = "no-receiver"
        /// Two receivers listen on one address.
        case duplicateListener = "duplicate-listener"
        /// Two pipelines have one name.
        case duplicatePipeline = "duplicate-pipeline"
        /// Two steps have one id.
        case duplicateStep = "duplicate-step"
        /// A stage with effects stands before the durable line.
        case effectsInSession = "effects-in-session"
        /// A stage stands in a phase it does not know.
        case unsupportedPhase = "unsupported-phase"
        /// A message is refused after it was accepted.
        case rejectAfterAccept = "reject-after-accept"
        /// An action stands in a phase that cannot carry it out.
        case misplacedAction = "misplaced-action"
        /// A `decide` has no `otherwise`.
        case missingOtherwise = "missing-otherwise"
        /// A branch stands after `otherwise`.
        case unreachableBranch = "unreachable-branch"
        /// A step stands after a `decide` that lets nothing pass.
        case unreachableStep = "unreachable-step"
        /// A branch has no action, or two.
        case badBranch = "bad-branch"
        /// A message is dropped or kept aside without a reason.
        case missingReason = "missing-reason"
        /// Nothing keeps an accepted message.
        case endsNowhere = "ends-nowhere"
        /// Perhaps nothing keeps an accepted message.
        case mayEndNowhere = "may-end-nowhere"
        /// No fact has this name.
        case unknownFact = "unknown-fact"
        /// A fact is read before a stage provides it.
        case factNotKnown = "fact-not-known"
        /// A fact is read that is there only sometimes.
        case factMayBeMissing = "fact-may-be-missing"
        /// A fact of one recipient is read where a whole message is judged.
        case recipientFact = "recipient-fact"
        /// A step would use facts that only steps behind it provide.
        case factComesLater = "fact-comes-later"
        /// Checks find results that no step writes into the message.
        case resultsUnwritten = "results-unwritten"
        /// A fact is set to a value of another type.
        case factType = "fact-type"
        /// A fact is compared with, or set to, a text that it never is.
        case factValue = "fact-value"
        /// A condition is not well-formed.
        case conditionSyntax = "condition-syntax"
        /// A condition combines values that do not go together.
        case conditionType = "condition-type"
        /// A reply is none that SMTP allows there.
        case badReply = "bad-reply"
        /// A retry schedule makes no sense.
        case badRetry = "bad-retry"

        /// How bad a finding of this kind is.
        package var severity: Severity {
            switch self {
            case .exposedSecret, .factComesLater, .mayEndNowhere, .ignoredFile, .noPostmaster,
                .resultsUnwritten:
                .warning
            default: .error
            }
        }
    }
}

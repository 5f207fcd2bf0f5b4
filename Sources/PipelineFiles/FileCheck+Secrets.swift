import StageKit

extension FileCheck {
    /// Notes the secrets among settings whose files others can read.
    mutating func checkSecrets(_ declarations: [SettingDeclaration], _ node: SettingNode) {
        for declaration in declarations {
            for entry in node.entries where entry.key == declaration.name {
                switch (declaration.form, entry.value.content) {
                case (.secret, _): checkSecret(entry.value)
                case (.group, _): checkSecrets(declaration.members, entry.value)
                case (.groups, .list(let groups)):
                    for group in groups { checkSecrets(declaration.members, group) }
                default: continue
                }
            }
        }
    }

    private mutating func checkSecret(_ node: SettingNode) {
        for path in context.references.exposedFiles(in: node.written ?? "") {
            note(
                .exposedSecret, node.location,
                "others than the owner of \(path) can read the secret in it; chmod 600 forbids them that")
        }
    }
}

import StageKit

extension PipelineCheck {
    /// Finds names and listeners that stand in more than one place.
    func comparePipelines(_ pipelines: [CheckedPipeline], _ site: CheckedSiteFile) -> [Finding] {
        var findings: [Finding] = []
        var names: [String: SourceLocation] = [:]
        for pipeline in pipelines {
            guard let name = pipeline.name, let place = pipeline.nameLocation else { continue }
            if let first = names[name] {
                findings.append(
                    Finding(.duplicatePipeline, at: place, "another pipeline is called \(name), too, at \(first)"))
            } else {
                names[name] = place
            }
        }
        var listeners: [(address: ListenerAddress, location: SourceLocation)] = []
        if let control = site.site.controlListener, let place = site.controlLocation {
            listeners.append((control, place))
        }
        for listener in pipelines.flatMap(\.listeners) {
            if let other = listeners.first(where: { overlap($0.address, listener.address) }) {
                findings.append(
                    Finding(
                        .duplicateListener, at: listener.location,
                        "\(listener.address) cannot be listened on twice; \(other.location) has \(other.address)"))
            }
            listeners.append(listener)
        }
        return findings
    }

    /// Whether the system would refuse the second of two listeners; port 0 is another port every time.
    private func overlap(_ left: ListenerAddress, _ right: ListenerAddress) -> Bool {
        guard left.port == right.port, left.port != 0 else { return false }
        let hosts = [left.host, right.host].map { $0 == "localhost" ? "127.0.0.1" : $0.lowercased() }
        if hosts[0] == hosts[1] || hosts.contains("::") { return true }
        return hosts.contains("0.0.0.0") && hosts.allSatisfy { !$0.contains(":") }
    }
}

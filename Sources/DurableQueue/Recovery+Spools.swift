import Bytes
import Files
import StageKit

extension Recovery {
    /// Compares the files that hold content with the messages that refer to them.
    ///
    /// A file without a message is the trace of a session that did not end, or of a message that is finished. It goes,
    /// unless a part of the journal cannot be read: then it may be all that is left of a message, and is set aside.
    mutating func weighSpools() {
        let isWhole = !report.findings.contains { [.damaged, .missing, .refused].contains($0.kind) }
        for id in spools.sorted() where entries[id]?.spooled == nil {
            // What says that a message is finished was read, and may yet not be durable.
            if isWhole, isDurable { remove(.spool(id)) } else if !isWhole { setAside(id) }
        }
        for entry in entries.values.sorted(by: { $0.arrival < $1.arrival }) {
            guard let spooled = entry.spooled else { continue }
            let name = SegmentName.spool(entry.id).text
            guard spools.contains(entry.id) else {
                report.findings.append(.init(.missing, file: name, count: spooled.count, messages: [entry.id]))
                lostContent[entry.id] = "its content, the file \(name), is missing"
                continue
            }
            weigh(entry.id, spooled, name)
        }
    }

    /// Looks at the file's size alone: a start must not take as long as reading all mail.
    ///
    /// The checksum is looked at when the message is handed out.
    private mutating func weigh(_ id: MessageID, _ spooled: SpooledContent, _ name: String) {
        do throws(FileError) {
            let file = try fileSystem.open(directory + "/" + name, .read)
            defer { file.close() }
            let size = try file.size()
            guard size != spooled.count else { return }
            report.findings.append(
                .init(
                    .damaged, file: name, offset: min(size, spooled.count), count: abs(size - spooled.count),
                    messages: [id], note: size < spooled.count ? "cut off" : "longer than what was accepted"))
            lostContent[id] = "its content, the file \(name), has \(size) octets instead of \(spooled.count)"
        } catch {
            // It may be readable later, when the message is handed out.
            report.findings.append(.init(.refused, file: name, messages: [id], note: "\(error)"))
        }
    }

    private mutating func setAside(_ id: MessageID) {
        let (name, aside) = (SegmentName.spool(id), SegmentName.damagedSpool(id))
        do throws(FileError) {
            try fileSystem.rename(directory + "/" + name.text, to: directory + "/" + aside.text)
            report.findings.append(
                .init(.damaged, file: name.text, messages: [id], note: "no readable record refers to it; set aside"))
        } catch {
            report.findings.append(.init(.refused, file: name.text, messages: [id], note: "\(error)"))
        }
    }
}

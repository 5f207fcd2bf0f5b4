package import Arrivals
package import AttachmentStore
import Files
package import MailStore
package import StageKit

extension StageServices {
    /// The metadata of all mail.
    ///
    /// - Throws: What opening the database says.
    package func mailStore() throws -> MailStore {
        try shared {
            let directory = site.dataDirectory + "/mail"
            try LocalFileSystem().createDirectory(directory)
            return try MailStore.open(directory: directory)
        }
    }

    /// The attachments of all mail; the one process that stores some prepares the store first.
    ///
    /// - Throws: Never, but shared services are declared so.
    package func attachmentStore() throws -> AttachmentStore {
        try shared {
            AttachmentStore(directory: site.dataDirectory + "/attachments", fileSystem: LocalFileSystem())
        }
    }

    /// The bus that tells of arrivals.
    ///
    /// - Throws: Never, but shared services are declared so.
    package func arrivalBus() throws -> ArrivalBus {
        try shared { ArrivalBus() }
    }

    /// The search index; opened and brought up to date with ``MailIndex/catchUp()``.
    ///
    /// - Throws: What opening the stores and the index says.
    package func mailIndex() throws -> MailIndex {
        // Outside of `make`, which must not ask for services itself.
        let reader = MailReader(store: try mailStore(), attachments: try attachmentStore())
        return try shared {
            try MailIndex(directory: site.dataDirectory + "/index", fileSystem: LocalFileSystem(), reader: reader)
        }
    }
}

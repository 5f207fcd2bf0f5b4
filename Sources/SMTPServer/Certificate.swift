import Glibc
import NIOSSL

/// A certificate with its key, as read from files.
struct Certificate: Sendable {
    let files: CertificateFiles
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    /// The names it is for, in lower case.
    let names: [String]
    /// When it ends, in seconds since 1970.
    let end: Int
    /// The state of the files when they were read.
    let stamp: Stamp

    /// What changes when a file does.
    struct Stamp: Sendable, Equatable {
        private let values: [Int]

        /// The state of the files now; blocks.
        init(_ files: CertificateFiles) throws(CertificateError) {
            var values: [Int] = []
            for path in [files.certificate, files.key] {
                var status = stat()
                guard stat(path, &status) == 0 else {
                    throw .unreadable(path: path, reason: String(cString: strerror(errno)))
                }
                values += [
                    Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(status.st_size), Int(status.st_ino),
                ]
            }
            self.values = values
        }
    }

    /// Reads the files; blocks.
    init(_ files: CertificateFiles) throws(CertificateError) {
        self.files = files
        stamp = try Stamp(files)
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
        } catch {
            throw .noCertificate(path: files.certificate)
        }
        guard let leaf = chain.first else { throw .noCertificate(path: files.certificate) }
        do {
            key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        } catch {
            throw .noKey(path: files.key)
        }
        names = leaf._subjectAlternativeNames().filter { $0.nameType == .dnsName }
            .map { String(decoding: $0.contents, as: UTF8.self).lowercased() }
        end = leaf.notValidAfter
        // BoringSSL compares the two when it takes them.
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .mismatch(files)
        }
    }

    /// A server's configuration with this certificate.
    var configuration: TLSConfiguration {
        .makeServerConfiguration(certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }

    /// Whether it is for a name; `*` stands for one label (RFC 9525, section 6.3).
    func covers(_ name: String) -> Bool {
        names.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == name }
            guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return false }
            return name[dot...] == pattern.dropFirst()
        }
    }
}

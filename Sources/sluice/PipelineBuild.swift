import Engine
import Files
import Logging
import PipelineFiles
import StageKit

/// Builds plans for a server that runs: of its files as they are now, and of texts that were kept.
struct PipelineBuild: Sendable {
    /// The directory of the pipeline files.
    let directory: String
    /// What all components of the server share.
    let services: StageServices

    /// The plan of the files as they are now, or `nil` with the findings that keep it from being one.
    func check() -> CheckedSite {
        check(FileReader(LocalFileSystem()))
    }

    /// Where the texts of versions with mail are kept.
    var versions: KeptVersions {
        KeptVersions(
            directory: services.site.dataDirectory + "/versions", fileSystem: LocalFileSystem(),
            build: { try plan(of: $0) })
    }

    private func plan(of text: PipelineText) throws -> PipelinePlan {
        let files = [PipelineCheck.siteFileName: text.site, text.fileName: text.pipeline]
        let checked = check(FileReader(LocalFileSystem()).showing(files, in: directory))
        guard let plan = checked.plan?.pipelines.first else {
            let errors = checked.findings.filter { $0.severity == .error }
            throw Failure(.configuration, errors.map(\.description).joined(separator: "; "))
        }
        return plan
    }

    private func check(_ reader: FileReader) -> CheckedSite {
        PipelineCheck(
            catalog: .linked, environment: environment, reader: reader,
            services: { site in
                // Everything durable of a running server lies where it lay when it began.
                var site = site
                site.dataDirectory = services.site.dataDirectory
                return services.serving(site)
            }
        ).check(directory)
    }
}

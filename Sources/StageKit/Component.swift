/// What every module of a pipeline has: a manifest, settings, and a life.
///
/// The engine calls, in this order: `init` when a pipeline file is checked (it must touch nothing outside), ``prepare()``
/// before the pipeline starts (may open files and connections, must not start work), ``run()`` beside the traffic, and
/// ``stop()`` at the end. ``stop()`` may come twice, or without a ``run()``.
public protocol Component: Sendable {
    /// The settings a pipeline file gives to one use of the component.
    associatedtype Configuration: StageConfiguration

    /// What the component declares about itself.
    static var manifest: StageManifest { get }

    /// Creates the component without touching anything outside; `sluice check` does it, too.
    ///
    /// - Throws: ``ConfigurationError`` if the settings make no sense together.
    init(configuration: Configuration, services: StageServices) throws

    /// Opens what the component needs.
    ///
    /// - Throws: Any error; the pipeline is not started then.
    func prepare() async throws

    /// Does the component's own work in the background until its task is cancelled; most have none.
    ///
    /// - Throws: Any error; the server ends then.
    func run() async throws

    /// Lets go of everything.
    func stop() async
}

extension Component {
    /// The word by which pipeline files call it.
    public static var name: StageName { manifest.name }

    /// Opens nothing.
    public func prepare() async throws {}

    /// Has no work of its own.
    public func run() async throws {}

    /// Holds nothing.
    public func stop() async {}
}

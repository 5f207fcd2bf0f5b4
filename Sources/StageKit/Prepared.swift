public import Synchronization

/// What a component makes in ``Component/prepare()``, uses in its work, and lets go of in ``Component/stop()``.
///
/// ```swift
/// private let resolver = Prepared<DNSResolver>()
///
/// func prepare() async throws { resolver.set(try services.resolver()) }
///
/// func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
///     let resolver = try resolver.value(or: .unprepared(Self.name))
/// ```
public struct Prepared<Value: Sendable>: ~Copyable, Sendable {
    @usableFromInline let held = Mutex<Value?>(nil)

    /// Holds nothing yet.
    @inlinable public init() {}

    /// The value; nil before ``set(_:)`` and after ``take()``.
    @inlinable public var value: Value? { held.withLock { $0 } }

    /// Holds a value in the place of any other.
    public func set(_ value: Value) { held.withLock { $0 = value } }

    /// Lets go of the value; returns it to whoever has to close it.
    @discardableResult
    public func take() -> Value? {
        held.withLock { held in
            defer { held = nil }
            return held
        }
    }

    /// The value for a component at work.
    ///
    /// - Throws: `violation` if there is none.
    @inlinable public func value(or violation: @autoclosure () -> StageContractViolation) throws -> Value {
        guard let value else { throw violation() }
        return value
    }
}

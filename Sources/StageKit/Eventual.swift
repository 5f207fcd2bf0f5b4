/// A value that is there at once, unless finding it out has to wait for something.
public enum Eventual<Value: Sendable>: Sendable {
    /// It is there.
    case known(Value)
    /// It is being found out; to be waited for once.
    case awaited(@Sendable () async -> Value)

    /// The value, when it is there.
    @inlinable public var value: Value {
        get async {
            switch self {
            case .known(let value): value
            case .awaited(let wait): await wait()
            }
        }
    }

    /// What is made of the value, when it is there.
    @inlinable public func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> Eventual<Other> {
        switch self {
        case .known(let value): .known(transform(value))
        case .awaited(let wait): .awaited { transform(await wait()) }
        }
    }
}

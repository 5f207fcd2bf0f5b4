/// A table with a handful of keys, such as the names of pipelines, which are compared one by one: that is quicker than to
/// hash texts, and several such tables are asked for every message.
///
/// - Complexity: O(n) in the number of keys, for every look-up.
struct FewKeys<Key: Hashable, Value> {
    private var pairs: [(key: Key, value: Value)] = []

    init() {}

    init(_ dictionary: [Key: Value]) {
        pairs = dictionary.map { ($0.key, $0.value) }
    }

    var isEmpty: Bool { pairs.isEmpty }

    var keys: [Key] { pairs.map(\.key) }

    /// The same as a dictionary.
    var dictionary: [Key: Value] { Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, $0.value) }) }

    /// Where a key stands until one is removed; `nil` if it is not there.
    func place(of key: Key) -> Int? { pairs.firstIndex { $0.key == key } }

    /// The value at a place.
    subscript(at place: Int) -> Value {
        get { pairs[place].value }
        _modify { yield &pairs[place].value }
    }

    /// The value of a key; `nil` if it is not there.
    subscript(key: Key) -> Value? {
        get { place(of: key).map { pairs[$0].value } }
        set {
            switch (newValue, place(of: key)) {
            case (let value?, let place?): pairs[place].value = value
            case (let value?, nil): pairs.append((key, value))
            case (nil, let place?): remove(at: place)
            case (nil, nil): break
            }
        }
    }

    /// The value of a key, or the default, which stands there from the first change on.
    subscript(key: Key, default defaultValue: @autoclosure () -> Value) -> Value {
        get { self[key] ?? defaultValue() }
        _modify {
            if let place = place(of: key) {
                yield &pairs[place].value
            } else {
                pairs.append((key, defaultValue()))
                yield &pairs[pairs.count - 1].value
            }
        }
    }

    mutating func remove(at place: Int) { pairs.remove(at: place) }
}

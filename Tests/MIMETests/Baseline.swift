/// How many cases of each suite agree; a change may only raise these.
enum Baseline {
    static let addresses = 51
    static let dates = 37
    static let ids = 10
    static let texts = 19
    static let contentTypes = 81
    static let trees = 92
    static let mime4j = 69
    static let zbateson = 58
}

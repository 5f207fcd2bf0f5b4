/// What `deliver.py` says of one mail.
struct Delivery: Decodable {
    let accepted: Bool
    /// The recipients that were refused, with the code.
    let refused: [String: Int]
    let error: String?
}

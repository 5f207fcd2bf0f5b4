/// A message as it is stored: its octets in order, with references where attachments stand.
package struct StoredForm: Sendable, Hashable {
    /// A stretch of the message.
    package enum Piece: Sendable, Hashable {
        /// The octets themselves.
        case literal([UInt8])
        /// Octets made from a content of the store.
        case reference(Reference)
    }

    /// Which content stands at a place of the message, and how its octets are made from it.
    package struct Reference: Sendable, Hashable {
        /// The content.
        package var digest: Digest
        /// The content's octets.
        package var contentSize: Int
        /// How the message's octets are made from it.
        package var recipe: Recipe

        /// How many octets of the message it stands for.
        package var size: Int { recipe.size(ofContent: contentSize) }

        /// A place of the message where a content stands.
        package init(digest: Digest, contentSize: Int, recipe: Recipe) {
            self.digest = digest
            self.contentSize = contentSize
            self.recipe = recipe
        }
    }

    /// From the message's first octet to its last.
    package var pieces: [Piece]

    /// A message of pieces.
    package init(pieces: [Piece]) {
        self.pieces = pieces
    }

    /// How many octets the message has.
    package var size: Int {
        pieces.reduce(0) { sum, piece in
            switch piece {
            case .literal(let octets): sum + octets.count
            case .reference(let reference): sum + reference.size
            }
        }
    }

    /// The contents it refers to, in the order of the message; one that stands twice is named twice.
    package var digests: [Digest] {
        pieces.compactMap { piece in
            guard case .reference(let reference) = piece else { return nil }
            return reference.digest
        }
    }
}

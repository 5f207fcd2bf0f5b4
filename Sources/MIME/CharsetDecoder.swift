/// What turns octets of one charset into text.
protocol CharsetDecoder {
    /// The text; what cannot be read becomes U+FFFD.
    func decode(_ octets: UnsafeRawBufferPointer) -> String
}

extension Defect {
    /// The kinds of defects; the raw values are stable names for rules and logs.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A carriage return without a line feed (RFC 5322, section 2.3).
        case bareCarriageReturn = "bare-cr"
        /// A line feed without a carriage return in a message that has both forms (RFC 5322, section 2.3).
        case bareLineFeed = "bare-lf"
        /// An octet of value zero (RFC 5322, section 4).
        case nul = "nul"
        /// A line of more than 998 octets (RFC 5322, section 2.1.1).
        case longLine = "long-line"
        /// Octets above 127 in a header, not as UTF-8 (RFC 6532, section 3.2).
        case rawOctetsInHeader = "raw-8bit-header"
        /// Octets above 127 in a body declared as `7bit` (RFC 2045, section 2.7).
        case rawOctetsInBody = "raw-8bit-body"
        /// A line in a header that is neither a field nor a continuation.
        case malformedField = "malformed-field"
        /// A header that meets text, not the empty line that should end it (RFC 5322, section 2.1).
        case missingHeaderEnd = "missing-header-end"
        /// An mbox separator (`From ` and no colon) before the header.
        case mailboxSeparator = "mbox-separator"
        /// A field that may occur once occurs again; the first is used (RFC 5322, section 3.6).
        case duplicateField = "duplicate-field"
        /// A parameter that occurs twice in a field; the first is used (RFC 2045, section 5).
        case duplicateParameter = "duplicate-parameter"
        /// A media type, disposition or parameter that does not follow the grammar (RFC 2045, section 5.1).
        case malformedParameter = "malformed-parameter"
        /// A multipart without a boundary parameter; its body is kept as it is (RFC 2046, section 5.1.1).
        case missingBoundary = "missing-boundary"
        /// A boundary that is empty, too long or has forbidden characters (RFC 2046, section 5.1.1).
        case oddBoundary = "odd-boundary"
        /// A boundary that an enclosing multipart uses as well.
        case repeatedBoundary = "repeated-boundary"
        /// A multipart in which no delimiter line was found.
        case missingDelimiter = "missing-delimiter"
        /// A multipart that ends without its close-delimiter (RFC 2046, section 5.1.1).
        case missingTerminator = "missing-terminator"
        /// A delimiter after its multipart's close-delimiter: some readers see more parts here.
        case delimiterAfterTerminator = "delimiter-after-terminator"
        /// A delimiter with text behind its boundary: some readers see no delimiter here (RFC 2046, section 5.1.1).
        case oddDelimiter = "odd-delimiter"
        /// A part that is declared to be a message but starts with no header; it is kept as a file (RFC 2046, section 5.2.1).
        case missingHeader = "missing-header"
        /// A multipart or message that is declared to be encoded (RFC 2045, section 6.4).
        case encodedContainer = "encoded-container"
        /// A transfer encoding that nobody knows; the body is taken as it is.
        case unknownEncoding = "unknown-encoding"
        /// Two transfer encodings that disagree.
        case conflictingEncodings = "conflicting-encodings"
        /// Characters in base64 text that do not belong there (RFC 2045, section 6.8).
        case badBase64 = "bad-base64"
        /// Base64 text after its padding: some readers stop there, others go on.
        case base64AfterPadding = "base64-after-padding"
        /// An equals sign in quoted-printable text without two hexadecimal digits (RFC 2045, section 6.7).
        case badQuotedPrintable = "bad-quoted-printable"
        /// A uuencoded file in a text part.
        case embeddedUUEncoding = "embedded-uuencode"
        /// A TNEF container, whose files many filters do not see.
        case tnef = "tnef"
        /// A fragment of a message that was cut up, so that no filter sees the whole (RFC 2046, section 5.2.2).
        case fragment = "message-fragment"
        /// A body that stands elsewhere, where no filter has seen it (RFC 2046, section 5.2.3).
        case externalBody = "external-body"
        /// Text that is not in its declared charset.
        case wrongCharset = "wrong-charset"
        /// More parameters in a field than ``ParsingLimits/parameters``; the rest is left out.
        case tooManyParameters = "too-many-parameters"
        /// A charset that nobody knows; the text was guessed.
        case unknownCharset = "unknown-charset"
        /// More nested containers than ``ParsingLimits/depth``; the inner ones are kept unread.
        case tooDeep = "too-deep"
        /// More parts than ``ParsingLimits/parts``; the rest is kept unread.
        case tooManyParts = "too-many-parts"
        /// A header longer than ``ParsingLimits/headerOctets``; the rest counts as body.
        case headerTooLong = "header-too-long"
        /// More fields in a header than ``ParsingLimits/fields``; the rest counts as body.
        case tooManyFields = "too-many-fields"
        /// More encoded containers than ``ParsingLimits/decodedOctets`` or ``ParsingLimits/expansion`` allows; the rest is
        /// kept unread.
        case tooMuchEncoded = "too-much-encoded"
    }
}

import CSPF2
import Glibc

/// More terms, names and exchangers than a request can hold: the limits are counted before libspf2 is asked.
private let unlimited: Int32 = 100_000

/// The answers of the request at hand, for libspf2's DNS callback; the process has one thread.
nonisolated(unsafe) private var answers: [WorkerRequest.Question: WorkerRequest.Answer] = [:]

/// libspf2's result and error for one request; 0 is no result.
func evaluate(_ request: WorkerRequest) -> (result: UInt8, error: UInt8) {
    answers = request.answers
    let layer = UnsafeMutablePointer<SPF_dns_server_t>.allocate(capacity: 1)
    defer { layer.deallocate() }
    layer.initialize(to: SPF_dns_server_t())
    layer.pointee.lookup = lookUp
    guard let server = SPF_server_new_dns(layer, 0) else { return (0, 0) }
    defer { SPF_server_free(server) }
    SPF_server_set_max_dns_mech(server, unlimited)
    SPF_server_set_max_dns_ptr(server, unlimited)
    SPF_server_set_max_dns_mx(server, unlimited)
    SPF_server_set_rec_dom(server, "receiver.invalid")
    guard let check = SPF_request_new(server) else { return (0, 0) }
    defer { SPF_request_free(check) }
    setClient(request.client, of: check)
    SPF_request_set_helo_dom(check, request.helo)
    SPF_request_set_env_from(check, request.sender)
    var response: UnsafeMutablePointer<SPF_response_t>?
    SPF_request_query_mailfrom(check, &response)
    guard let response else { return (0, 0) }
    defer { SPF_response_free(response) }
    let result = SPF_response_result(response).rawValue
    let error = SPF_response_errcode(response).rawValue
    return (UInt8(truncatingIfNeeded: result), UInt8(truncatingIfNeeded: error))
}

private func setClient(_ octets: ArraySlice<UInt8>, of check: UnsafeMutablePointer<SPF_request_t>) {
    if octets.count == 4 {
        var address = in_addr()
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: octets) }
        SPF_request_set_ipv4(check, address)
    } else if octets.count == 16 {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: octets) }
        SPF_request_set_ipv6(check, address)
    }
}

/// libspf2's DNS layer: answers from the request only; a question that it does not hold fails for the time being.
private func lookUp(
    _ layer: UnsafeMutablePointer<SPF_dns_server_t>?, _ name: UnsafePointer<CChar>?, _ type: ns_type, _ cached: Int32
) -> UnsafeMutablePointer<SPF_dns_rr_t>? {
    guard let name else { return nil }
    var text = String(cString: name).lowercased()
    if text.last == "." { text.removeLast() }
    let question = WorkerRequest.Question(name: text, type: UInt16(truncatingIfNeeded: type.rawValue))
    // libspf2 asks for the withdrawn type SPF first; none exist (RFC 7208, section 3.1).
    let isWithdrawn = question.type == 99
    guard let answer = answers[question], !answer.values.isEmpty else {
        let known = isWithdrawn || answers[question] != nil
        return SPF_dns_rr_new_init(layer, name, type, 0, known ? NO_DATA : TRY_AGAIN)
    }
    guard let records = SPF_dns_rr_new_init(layer, name, type, 0, NETDB_SUCCESS) else { return nil }
    for (index, value) in answer.values.enumerated() {
        // Texts and names are C strings in place of the union; one octet more for their end.
        guard SPF_dns_rr_buf_realloc(records, Int32(index), value.count + 1) == SPF_E_SUCCESS,
            let record = records.pointee.rr[index]
        else { break }
        let target = UnsafeMutableRawBufferPointer(start: record, count: value.count + 1)
        target.copyBytes(from: value)
        target[value.count] = 0
        records.pointee.num_rr = Int32(index + 1)
    }
    return records
}

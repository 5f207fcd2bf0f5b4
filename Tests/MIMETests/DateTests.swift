import Bytes
import MIME
import Testing

struct DateTests {
    @Test(arguments: [
        "Thu, 22 Aug 2002 12:36:23 +0000", "22 Aug 2002 12:36:23 GMT", "Thu, 22 Aug 2002 08:36:23 -0400 (EDT)",
        "Thu, 22 Aug 02 12:36:23 UT", "Thu Aug 22 12:36:23 2002", "2002-08-22T12:36:23Z", "2002-08-22 14:36:23+02:00",
        "Thu, 22 Aug 2002 08:36:23 EDT", "Thu,22 August 2002 12:36:23", "22-Aug-2002 12:36:23 +0000",
        "Thu, 22 Aug 102 12:36:23 +0000", "Thu, 22 Aug 2002 12:36:23 PM", "08/22/2002 12:36:23", "22/08/2002 12:36:23",
        "Thu, 22 Aug 2002 14:36:23 GMT+0200", "Thu, 22 Aug 2002 21:36:23 +0900 (Korea Standard Time)",
        "Thu (day), 22 Aug\r\n 2002 12:36:23 +0000", "Thu, 22 Aug 2002 12:36:23.123 +0000", "2002 Aug 22 12:36:23",
    ])
    func `one moment has many forms`(value: String) {
        #expect(parsed("Date: \(value)\n\n").date == Timestamp(seconds: 1_030_019_783))
    }

    @Test(arguments: [
        ("Thu, 1 Jan 1970 00:00:00 +0000", 0), ("31 Dec 1969 23:59:59 +0000", -1), ("29 Feb 2000 00:00 Z", 951_782_400),
        ("1 Jan 2038 00:00:00 +0000", 2_145_916_800), ("1 Mar 1900 00:00:00 +0000", -2_203_891_200),
    ])
    func `days are counted from the epoch`(value: String, seconds: Int64) {
        #expect(parsed("Date: \(value)\n\n").date == Timestamp(seconds: seconds))
    }

    @Test(arguments: [
        "", "soon", "1 Jan 999999999 00:00:00", "30 Feb 2001 00:00:00", "1 Jan",
        "99999999999999999999 Jan 99999999999999999999",
        "1 Jan 2001 25:00:00",
    ])
    func `what is no date is none`(value: String) {
        #expect(parsed("Date: \(value)\n\n").date == nil)
    }
}

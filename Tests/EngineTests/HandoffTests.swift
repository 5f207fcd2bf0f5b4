import Bytes
import StageTesting
import Synchronization
import Testing

@testable import Engine
@testable import StageKit

/// What the session hands to delivery is kept for a while, and not for ever.
struct HandoffTests {
    @Test func `messages that nobody takes make room for others after a while`() {
        let time = Mutex(ContinuousClock.now)
        let handoff = Handoff { time.withLock { $0 } }
        func put(_ number: Int) -> MessageID {
            var message = Samples.message(text: "Subject: x\r\n\r\ntext\r\n")
            let id = MessageID(high: 1, low: UInt64(number))
            message = Message(id: id, received: message.received, client: message.client)
            handoff.put(message)
            return id
        }
        for number in 0..<Handoff.messageLimit { _ = put(number) }
        #expect(handoff.take(put(5_000)) == nil, "there is no room")
        time.withLock { $0 += .seconds(30) }
        #expect(handoff.take(put(5_001)) == nil, "they may still be wanted")
        time.withLock { $0 += Handoff.ageLimit }
        #expect(handoff.take(put(5_002)) != nil)
        #expect(handoff.take(MessageID(high: 1, low: 1)) == nil, "nobody has taken it for long")
    }
}

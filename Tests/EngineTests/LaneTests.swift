import Testing

@testable import Engine

struct LaneTests {
    @Test func `elements come out in order, no more at once than asked for`() async {
        let lane = Lane<Int>()
        lane.push(Array(0..<10))
        lane.push([10])
        var all: [Int] = []
        for limit in [1, 3, 2, 100] {
            let taken = await lane.next(upTo: limit)
            #expect(taken.count == min(limit, 11 - all.count))
            all += taken
        }
        #expect(all == Array(0..<11))
    }

    @Test func `a limit without bounds takes everything, even from the middle`() async {
        let lane = Lane<Int>()
        lane.push(Array(0..<10))
        #expect(await lane.next(upTo: 1) == [0])
        #expect(await lane.next(upTo: .max) == Array(1..<10))
    }

    @Test func `a closed lane gives what is left, then nothing`() async {
        let lane = Lane<Int>()
        lane.push([1, 2, 3])
        lane.close()
        #expect(await lane.next(upTo: 2) == [1, 2])
        #expect(await lane.next(upTo: 2) == [3])
        #expect(await lane.next(upTo: 2) == [])
    }

    @Test(arguments: [1, 7, 64])
    func `many workers take everything once, whoever comes first`(_ limit: Int) async {
        let lane = Lane<Int>()
        let taken = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mine: [Int] = []
                    while true {
                        let next = await lane.next(upTo: limit)
                        if next.isEmpty { return mine }
                        mine += next
                        await Task.yield()
                    }
                }
            }
            await withTaskGroup { pushers in
                for pusher in 0..<4 {
                    pushers.addTask {
                        for number in 0..<500 {
                            lane.push([pusher * 500 + number])
                            if number % 16 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            lane.close()
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.sorted() == Array(0..<2_000))
    }

    @Test func `a window has room until its messages or its octets are full`() async {
        let window = Window()
        #expect(await window.room() == Window.messageLimit)
        window.enter(messages: Window.messageLimit - 1, octets: 10)
        #expect(await window.room() == 1)
        window.leave(messages: 1, octets: 5)
        #expect(await window.room() == 2)
        // One message may be larger than the window: it goes alone.
        window.enter(messages: 1, octets: Window.octetLimit * 2)
        let left = Gate()
        await withTaskGroup { group in
            group.addTask {
                _ = await window.room()
                #expect(left.isOpen)
            }
            await Task.yield()
            left.open()
            window.leave(messages: 1, octets: Window.octetLimit * 2)
        }
        window.leave(messages: Window.messageLimit - 2, octets: 5)
        await window.emptied()
        #expect(await window.room() == Window.messageLimit)
    }
}

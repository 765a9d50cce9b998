import PageHeapCore
import Testing

/// What a heap and its worker tell each other.
struct WorkerRequestsTests {

    /// A worker that ended while its heap was not parked left a count that was full already, and no later free asked
    /// for a worker: the heap kept its memory for ever.
    @Test func freesAskForAWorkerWhateverStateTheLastOneLeft() {
        for endsParked in [false, true] {
            for full in [false, true] {
                let requests = WorkerRequests()
                requests.join()
                if full {
                    let wakes = requests.count(freed: Tunables.wakeBytes, isServed: true)
                    #expect(wakes)
                }
                requests.endPark()
                let wakesWhileServed = requests.count(freed: Tunables.wakeBytes, isServed: true)
                #expect(!wakesWhileServed)
                if endsParked { requests.park() }
                requests.dismiss()
                for _ in 0..<2 {
                    let asks = requests.count(freed: Tunables.wakeBytes, isServed: false)
                    #expect(asks, "\(endsParked) \(full)")
                }
            }
        }
    }

    @Test func eachMebibyteFreedCountsOnce() {
        let requests = WorkerRequests()
        let piece = ByteCount(Tunables.wakeBytes.rawValue / 8)
        var calls = 0
        for _ in 0..<80 where requests.count(freed: piece, isServed: false) { calls += 1 }
        #expect(calls == 10)
    }
}

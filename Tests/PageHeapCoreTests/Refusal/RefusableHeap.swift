/// A heap whose system can be told to refuse calls.
protocol RefusableHeap: AnyObject {
    var system: TestHeap.System { get }

    /// What a refused operation must leave as it was.
    var state: [String: UInt] { get }

    /// Stops the process if the heap's books contradict each other.
    func checkInvariants()
}

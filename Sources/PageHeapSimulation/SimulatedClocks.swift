/// The clocks of a simulated system, which advance only when told to.
struct SimulatedClocks {
    var monotonic: Int64 = 0
    var threadProcessor: Int64 = 0

    mutating func work(nanoseconds: Int64) {
        monotonic += nanoseconds
        threadProcessor += nanoseconds
    }
}

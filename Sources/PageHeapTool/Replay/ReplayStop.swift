import Glibc

/// A signal that asks a replay to end. It is looked for now and then, so that what there is by then can be shown.
final class ReplayStop {
    private static let endRequests = SignalSet(Array(SignalSet.endRequests))

    /// The signals that were blocked when the tool was started. Its first use blocks those that end it, and that of writing to a
    /// program that is gone.
    static let signalsBlockedAtStart: SignalSet = SignalSet(SignalSet.endRequests + [SIGPIPE]).block()

    /// The signal that has arrived.
    private(set) var signal: Int32?

    /// Whether a signal has arrived.
    func isAsked() -> Bool {
        if signal == nil { signal = Self.endRequests.wait(atMost: .zero)?.signal }
        return signal != nil
    }
}

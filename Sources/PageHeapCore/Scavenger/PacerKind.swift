/// The ways to pace the background scavenger.
package enum PacerKind: Sendable {
    /// By a PI controller: ``SleepRatioPacer``.
    case controller
    /// By a moving average: ``AveragePacer``.
    case movingAverage
}

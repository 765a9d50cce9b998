/// A proportional-integral controller with back-calculation: while the output is clamped, the difference between the
/// clamped and the raw output runs the integral back, so that it does not wind up.
///
///     raw    = gain × error + integral                        error = setpoint − input
///     output = raw, clamped to minimum … maximum
///     integral += gain × period / integralTime × error + period / resetTime × (output − raw)
///
/// Evaluated left to right in double precision, without fused multiply-add, so that results are the same everywhere.
package struct PIController: Sendable {
    /// The proportional gain.
    package let proportionalGain: Double
    /// The time over which the integral corrects an error, in the unit of `period`.
    package let integralTime: Double
    /// The time over which a clamped output runs the integral back, in the unit of `period`.
    package let resetTime: Double
    package let minimum: Double
    package let maximum: Double

    package private(set) var errorIntegral = 0.0
    /// Whether the integral has ever become infinite or not a number.
    package private(set) var errorOverflowed = false
    /// Whether the output has ever become infinite or not a number.
    package private(set) var inputOverflowed = false

    package init(
        proportionalGain: Double, integralTime: Double, resetTime: Double, minimum: Double, maximum: Double
    ) {
        self.proportionalGain = proportionalGain
        self.integralTime = integralTime
        self.resetTime = resetTime
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Returns the next output, or `nil` if the result is not finite: then the integral has been cleared, and the
    /// caller should use ``minimum``.
    ///
    /// - Parameters:
    ///   - input: the measured value.
    ///   - setpoint: the wanted value.
    ///   - period: the time since the last call, in the unit of the controller's times.
    package mutating func next(input: Double, setpoint: Double, period: Double) -> Double? {
        let error = setpoint - input
        let raw = proportionalGain * error + errorIntegral
        guard raw.isFinite else {
            errorIntegral = 0
            inputOverflowed = true
            return nil
        }
        let output = raw < minimum ? minimum : raw > maximum ? maximum : raw
        // If one of its times is 0, the controller is a proportional one.
        guard integralTime != 0 && resetTime != 0 else { return output }
        errorIntegral += (proportionalGain * period / integralTime) * error + (period / resetTime) * (output - raw)
        guard errorIntegral.isFinite else {
            errorIntegral = 0
            errorOverflowed = true
            return nil
        }
        return output
    }
}

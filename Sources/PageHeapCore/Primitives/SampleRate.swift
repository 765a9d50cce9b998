/// How often allocations are sampled, and what a sample stands for.
///
/// Samples are a Poisson process over the bytes that are allocated: each byte is as likely as any other to be hit, whatever
/// was allocated before, so a loop of equal requests cannot fall into step with the sampling. A block is sampled if at
/// least one of its bytes is hit, which happens with the probability 1 - exp(-bytes / mean). A sampled block therefore
/// stands for bytes / (1 - exp(-bytes / mean)) bytes: added up over the samples, that is what was allocated, on average.
///
/// Pure arithmetic, without the C library's logarithm: none of this runs but for a block that is sampled.
package struct SampleRate: BitwiseCopyable, Sendable {
    /// The mean distance of two samples in bytes; 0 if nothing is sampled.
    package let meanBytes: UInt64

    /// - Parameter meanBytes: in bytes, at most ``Tunables/sampleBytesLimit``; 0 for no samples.
    package init(meanBytes: UInt64) { self.meanBytes = meanBytes }

    /// The bytes to the next sample, at least 1: exponentially distributed around the mean.
    ///
    /// - Parameter random: equally distributed bits.
    package func distance(_ random: UInt64) -> Int64 {
        // 1 to 2^53 in units of 2^-53: never 0, whose logarithm has no value.
        let share = Double((random &>> 11) &+ 1) / 9_007_199_254_740_992
        let bytes = -Self.logarithm(share) * Double(meanBytes)
        // Rounded up; the C library's `ceil` is not among what the malloc links.
        return Int64(bytes) + 1
    }

    /// The bytes that a sampled block stands for, at least its own.
    ///
    /// - Parameter bytes: the block's size, at least 1.
    package func weight(of bytes: UInt64) -> UInt64 {
        guard meanBytes > 0 else { return bytes }
        let probability = Self.probability(Double(bytes) / Double(meanBytes))
        // A block that is much larger than the mean is always sampled, and stands for itself. (No conversion can overflow:
        // a smaller one stands for some means at most.)
        return probability >= 1 ? bytes : max(bytes, UInt64(Double(bytes) / probability))
    }

    /// The natural logarithm of a number above 0 and up to 1, to some 14 digits.
    package static func logarithm(_ number: Double) -> Double {
        // number = significand * 2^exponent with 1 <= significand < 2, and ln m = 2 artanh((m - 1) / (m + 1)).
        let significand = number.significand
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        var divisor = 27.0
        while divisor >= 1 {
            sum = sum * square + 1 / divisor
            divisor -= 2
        }
        return 2 * ratio * sum + Double(number.exponent) * 0.693_147_180_559_945_3
    }

    /// 1 - exp(-x) for x of at least 0, to some 14 digits also for tiny x.
    package static func probability(_ x: Double) -> Double {
        if x >= 40 { return 1 }
        // With y = exp(-x / 64) - 1 by its series, which is short for such small numbers; then exp(2z) - 1 = y (2 + y).
        let part = -x / 64
        var sum = 0.0
        var divisor = 16.0
        while divisor >= 1 {
            sum = (1 + sum) * part / divisor
            divisor -= 1
        }
        for _ in 0..<6 { sum = sum * (2 + sum) }
        return -sum
    }

    /// Returns equally distributed bits, and moves a generator's state on. (Steele, Lea and Flood's SplitMix: a counter
    /// whose bits are mixed. Any state is good, so a thread can begin with any number.)
    package static func random(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits &>> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits &>> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits &>> 31
    }
}

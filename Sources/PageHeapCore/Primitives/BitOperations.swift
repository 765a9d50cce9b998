/// Operations on one 64-bit word.
package enum BitOperations {
    /// Returns the index of the first run of `count` ones, or 64 if there is none.
    ///
    /// Each step ands the word with itself shifted, which shortens every run by the shift. Doubling the shift needs
    /// log2(count) steps instead of `count`. (From *Hacker's Delight*, "finding strings of 1-bits".)
    ///
    /// - Parameter count: 1 to 64.
    /// - Complexity: O(log count).
    @inline(__always)
    package static func firstRun(ofOnes word: UInt64, count: Int) -> Int {
        var remaining = count &- 1  // what every run must still be shortened by
        var shift = 1
        var runs = word
        while remaining > 0 {
            if remaining <= shift {
                runs &= runs &>> UInt64(truncatingIfNeeded: remaining)
                break
            }
            runs &= runs &>> UInt64(truncatingIfNeeded: shift)
            if runs == 0 { return 64 }
            remaining &-= shift
            shift &<<= 1
        }
        return runs.trailingZeroBitCount
    }

    /// Returns the word with every aligned group of `groupBits` bits that has any bit set filled with ones.
    ///
    /// Branch-free: a group without a set bit is a zero lane of the word. Adding the mask of the lane's low bits to the
    /// low bits carries into the top bit unless they are zero. If that bit or the lane's own top bit
    /// is set, the lane is not zero; the bit is then spread over the lane.
    ///
    /// - Parameter groupBits: a power of two, 1 to 64.
    @inline(__always)
    package static func fillAligned(_ word: UInt64, groupBits: UInt) -> UInt64 {
        let topBits: UInt64
        switch groupBits {
        case 1: return word
        case 2: topBits = 0xaaaa_aaaa_aaaa_aaaa
        case 4: topBits = 0x8888_8888_8888_8888
        case 8: topBits = 0x8080_8080_8080_8080
        case 16: topBits = 0x8000_8000_8000_8000
        case 32: topBits = 0x8000_0000_8000_0000
        default: topBits = 0x8000_0000_0000_0000
        }
        let lowBits = ~topBits
        let occupied = (((word & lowBits) &+ lowBits) | word) & topBits
        // Spread a lane's top bit over the lane: top − (top >> (lane − 1)) gives the low bits; then or in the top bit.
        return (occupied &- (occupied &>> UInt64(truncatingIfNeeded: groupBits &- 1))) | occupied
    }

    /// Returns a mask of `count` bits (1 to 64, within the word) from bit `first` upwards.
    @inline(__always)
    package static func mask(first: UInt, count: UInt) -> UInt64 {
        (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- count)) &<< UInt64(truncatingIfNeeded: first)
    }
}

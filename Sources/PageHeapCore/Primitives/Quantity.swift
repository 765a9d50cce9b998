/// A one-field wrapper around an unsigned machine word: a count of one kind of thing, which cannot be mixed up with a
/// count of another. Costs nothing at run time.
package protocol Quantity: Comparable, Hashable, Sendable, BitwiseCopyable, ExpressibleByIntegerLiteral
where IntegerLiteralType == UInt {
    var rawValue: UInt { get set }
    init(_ rawValue: UInt)
}

extension Quantity {
    @inline(__always)
    package init(integerLiteral value: UInt) { self.init(value) }

    @inline(__always)
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sum. The caller ensures that it fits a machine word.
    @inline(__always)
    package static func + (left: Self, right: Self) -> Self { Self(left.rawValue &+ right.rawValue) }

    /// The difference. The caller ensures that `right` is not larger.
    @inline(__always)
    package static func - (left: Self, right: Self) -> Self { Self(left.rawValue &- right.rawValue) }

    @inline(__always)
    package static func += (left: inout Self, right: Self) { left = left + right }

    @inline(__always)
    package static func -= (left: inout Self, right: Self) { left = left - right }

    @inline(__always)
    package static func * (left: Self, right: UInt) -> Self { Self(left.rawValue &* right) }

    /// Returns the smallest multiple of `multiple`, a power of two, that is not smaller. The caller ensures that it
    /// fits a machine word.
    @inline(__always)
    package func roundedUp(to multiple: Self) -> Self {
        Self((rawValue &+ multiple.rawValue &- 1) & ~(multiple.rawValue &- 1))
    }

    /// Returns the largest multiple of `multiple`, a power of two, that is not larger.
    @inline(__always)
    package func roundedDown(to multiple: Self) -> Self { Self(rawValue & ~(multiple.rawValue &- 1)) }

    @inline(__always)
    package var isPowerOfTwo: Bool { rawValue != 0 && rawValue & (rawValue &- 1) == 0 }
}

/// A slice of a C string that is compared and parsed without allocating.
package struct TextSlice {
    package let start: UnsafePointer<CChar>
    package let count: Int

    package init(start: UnsafePointer<CChar>, count: Int) {
        self.start = start
        self.count = count
    }

    package init(cString: UnsafePointer<CChar>) {
        start = cString
        var length = 0
        while cString[length] != 0 { length += 1 }
        count = length
    }

    /// Returns what follows a prefix, or `nil` if the string does not begin with it.
    package static func remainder(of cString: UnsafePointer<CChar>, after prefix: StaticString) -> TextSlice? {
        for index in 0..<prefix.utf8CodeUnitCount
        where UInt8(bitPattern: cString[index]) != prefix.utf8Start[index] { return nil }
        return TextSlice(cString: cString + prefix.utf8CodeUnitCount)
    }

    /// Returns the index of the first byte with a given value, or `nil`.
    package func position(of byte: UInt8) -> Int? {
        for index in 0..<count where UInt8(bitPattern: start[index]) == byte { return index }
        return nil
    }

    package static func == (left: TextSlice, right: StaticString) -> Bool {
        guard left.count == right.utf8CodeUnitCount else { return false }
        for index in 0..<left.count {
            if UInt8(bitPattern: left.start[index]) != right.utf8Start[index] { return false }
        }
        return true
    }

    /// The text as a number, 1 to 18 decimal digits. `nil` if it is anything else.
    package var decimal: UInt? {
        guard count > 0, count <= 18 else { return nil }
        var value: UInt = 0
        for index in 0..<count {
            let digit = UInt8(bitPattern: start[index]) &- 48
            guard digit < 10 else { return nil }
            value = value * 10 + UInt(digit)
        }
        return value
    }

    /// The text as a number of bytes: decimal digits, then optionally K, M, G or T (in either case), or KiB, MiB, GiB
    /// or TiB, for powers of 1024. `nil` if it is anything else or overflows a machine word.
    package var byteCount: ByteCount? {
        var digits = count
        var shift: UInt = 0
        if count > 3 && start[count - 2] == 0x69 && start[count - 1] == 0x42 { digits -= 2 }  // iB
        let hasUnit = digits < count
        if digits > 0 {
            // Without the case bit. For digits that makes no difference here.
            switch UInt8(bitPattern: start[digits - 1]) & (hasUnit ? 0xFF : 0xDF) {
            case 0x4B: shift = 10  // K
            case 0x4D: shift = 20  // M
            case 0x47: shift = 30  // G
            case 0x54: shift = 40  // T
            default: if hasUnit { return nil }
            }
        }
        if shift > 0 { digits -= 1 }
        guard let number = TextSlice(start: start, count: digits).decimal, number <= UInt.max &>> shift else {
            return nil
        }
        return ByteCount(number &<< shift)
    }

    /// The text in thousandths: decimal digits, optionally with a point and one to three more digits. `nil` if it is
    /// anything else.
    package var thousandths: UInt? {
        guard let point = position(of: 0x2E) else {
            guard let whole = decimal, whole <= UInt.max / 1000 else { return nil }
            return whole * 1000
        }
        let places = count - point - 1
        guard (1...3).contains(places), let whole = TextSlice(start: start, count: point).decimal,
            whole < UInt.max / 1000, var part = TextSlice(start: start + point + 1, count: places).decimal
        else { return nil }
        for _ in places..<3 { part *= 10 }
        return whole * 1000 + part
    }
}

/// Some bytes of a C string, compared and parsed without allocating.
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

    /// What follows a prefix, or nothing where the string does not begin with it.
    package static func remainder(of cString: UnsafePointer<CChar>, after prefix: StaticString) -> TextSlice? {
        for index in 0..<prefix.utf8CodeUnitCount
        where UInt8(bitPattern: cString[index]) != prefix.utf8Start[index] { return nil }
        return TextSlice(cString: cString + prefix.utf8CodeUnitCount)
    }

    /// The index of the first byte of a value.
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

    /// The number that the text is: decimal digits only, at most 18 of them.
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
}

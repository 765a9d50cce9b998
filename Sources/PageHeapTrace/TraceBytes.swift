extension [UInt8] {
    /// Returns the little-endian number at an offset, which must be there.
    func number<Number: FixedWidthInteger & UnsignedInteger>(at offset: Int, as type: Number.Type) -> Number {
        var number: Number = 0
        for index in (0..<MemoryLayout<Number>.size).reversed() { number = number << 8 | Number(self[offset + index]) }
        return number
    }
}

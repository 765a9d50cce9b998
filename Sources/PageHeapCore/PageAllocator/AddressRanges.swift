/// A set of addresses: a sorted array of disjoint half-open ranges, with a running total of bytes. Adjacent ranges are
/// merged.
///
/// The storage is metadata whose address space is reserved once. Not thread-safe: the caller holds the lock that guards
/// the set.
package struct AddressRanges: ~Copyable {
    private var storage: ReservedArray<AddressRange>
    package private(set) var count = 0
    package private(set) var totalBytes: ByteCount = 0

    /// Creates an empty set. `nil` if the system refuses address space for its storage.
    package init?(using system: borrowing some OperatingSystem & ~Copyable) { self.init(lent: nil, using: system) }

    /// Creates an empty set whose first few ranges lie in `arena`, beside the other metadata of a small heap. `nil` if
    /// the system refuses memory.
    package init?(in arena: inout MetadataArena, using system: borrowing some OperatingSystem & ~Copyable) {
        let bytes = ByteCount(UInt(Tunables.addressRangesInArena * MemoryLayout<AddressRange>.stride))
        guard let memory = arena.allocate(bytes, alignment: 64, using: system) else { return nil }
        self.init(
            lent: UnsafeMutableRawBufferPointer(start: memory, count: Int(bitPattern: bytes.rawValue)), using: system)
    }

    private init?(
        lent: UnsafeMutableRawBufferPointer?, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        guard
            let storage = ReservedArray<AddressRange>(count: Tunables.addressRangeLimit, lent: lent, using: system)
        else { return nil }
        self.storage = storage
    }

    /// Releases the storage.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) { storage.cancel(using: system) }

    @inline(__always)
    package subscript(index: Int) -> AddressRange { storage[index] }

    package var last: AddressRange? { count == 0 ? nil : storage[count - 1] }

    /// Returns the index of the first range whose base is greater than `address`, or ``count`` if there is none.
    ///
    /// - Complexity: O(log n).
    @inline(__always)
    package func successor(of address: OffsetAddress) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle].base > address { high = middle } else { low = middle + 1 }
        }
        return low
    }

    package func contains(_ address: OffsetAddress) -> Bool {
        let index = successor(of: address)
        return index > 0 && storage[index - 1].contains(address)
    }

    /// Returns the lowest address of the set that is not below `address`, or `nil` if there is none.
    @inline(__always)
    package func first(notBelow address: OffsetAddress) -> OffsetAddress? {
        let index = successor(of: address)
        if index > 0 && storage[index - 1].contains(address) { return address }
        return index < count ? storage[index].base : nil
    }

    /// Makes room for one more range.
    ///
    /// - Returns: the bytes of metadata that became accessible, or `nil` if the system refuses or the set has reached
    ///   ``Tunables/addressRangeLimit``.
    package mutating func reserveOneMore(using system: borrowing some OperatingSystem & ~Copyable) -> ByteCount? {
        guard count + 1 <= Tunables.addressRangeLimit else { return nil }
        return storage.makeAccessible(first: count + 1, using: system)
    }

    /// Adds a range and merges it with adjacent ones. Overlap with a range of the set is a fatal error. Room must have
    /// been made by ``reserveOneMore(using:)``.
    ///
    /// - Complexity: O(n).
    package mutating func add(_ range: AddressRange) {
        if range.isEmpty { return }
        let index = successor(of: range.base)
        let joinsLower = index > 0 && storage[index - 1].limit == range.base
        let joinsUpper = index < count && storage[index].base == range.limit
        if index > 0 && storage[index - 1].limit > range.base || index < count && storage[index].base < range.limit {
            fatal("an address range overlaps another one:", range.base.rawValue)
        }
        switch (joinsLower, joinsUpper) {
        case (true, true):
            storage[index - 1].limit = storage[index].limit
            removeEntry(at: index)
        case (true, false):
            storage[index - 1].limit = range.limit
        case (false, true):
            storage[index].base = range.base
        case (false, false):
            var position = count
            while position > index {
                storage[position] = storage[position - 1]
                position -= 1
            }
            storage[index] = range
            count += 1
        }
        totalBytes += range.size
    }

    private mutating func removeEntry(at index: Int) {
        for position in index..<(count - 1) { storage[position] = storage[position + 1] }
        count -= 1
    }

    /// Removes the last `bytes` of the last range, or the whole range if it is smaller.
    ///
    /// - Returns: the removed range. Empty if the set is empty or `bytes` is 0.
    package mutating func removeLast(_ bytes: ByteCount) -> AddressRange {
        guard let whole = last else { return .empty }
        if whole.size > bytes {
            let cut = whole.limit - bytes
            storage[count - 1].limit = cut
            totalBytes -= bytes
            return AddressRange(base: cut, limit: whole.limit)
        }
        count -= 1
        totalBytes -= whole.size
        return whole
    }

    /// Removes all addresses at and above `address`.
    package mutating func remove(notBelow address: OffsetAddress) {
        while let range = last, range.limit > address {
            if range.base >= address {
                count -= 1
                totalBytes -= range.size
            } else {
                storage[count - 1].limit = address
                totalBytes -= address.distance(to: range.limit)
            }
        }
    }

    /// Empties the set. Its previous state may be inconsistent.
    mutating func removeAll() {
        count = 0
        totalBytes = 0
    }

    /// Replaces the contents by those of another set.
    ///
    /// - Returns: the bytes of metadata that became accessible, or `nil` if the system refuses; then the set is empty.
    package mutating func copy(
        from other: borrowing AddressRanges, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        removeAll()
        guard other.count > 0 else { return 0 }
        guard let taken = storage.makeAccessible(first: other.count, using: system) else { return nil }
        for index in 0..<other.count { storage[index] = other[index] }
        count = other.count
        totalBytes = other.totalBytes
        return taken
    }

    /// Checked builds and tests: stops the program unless the ranges are sorted, disjoint and merged, and the total is
    /// right.
    package func checkInvariants() {
        var total: ByteCount = 0
        for index in 0..<count {
            if storage[index].isEmpty { fatal("an empty address range") }
            if index > 0 && storage[index].base <= storage[index - 1].limit { fatal("address ranges out of order") }
            total += storage[index].size
        }
        if total != totalBytes { fatal("address ranges' total is wrong:", totalBytes.rawValue) }
    }
}

/// A half-open range of offset addresses.
package struct AddressRange: Equatable, BitwiseCopyable, Sendable {
    package var base: OffsetAddress
    package var limit: OffsetAddress

    @inline(__always)
    package init(base: OffsetAddress, limit: OffsetAddress) {
        self.base = base
        self.limit = limit
    }

    /// The empty range at address 0.
    package static var empty: AddressRange { AddressRange(base: 0, limit: 0) }

    @inline(__always)
    package var size: ByteCount { limit > base ? base.distance(to: limit) : 0 }

    @inline(__always)
    package var isEmpty: Bool { base >= limit }

    @inline(__always)
    package func contains(_ address: OffsetAddress) -> Bool { address >= base && address < limit }
}

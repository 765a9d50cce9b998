import PageHeapCore

/// The address space of a simulated system: what is reserved, what is accessible, and what is resident.
///
/// A value without a lock: its owner must guard it. Reserved address space that is not accessible uses no memory.
struct SimulatedAddressSpace {
    private let machine: SimulatedMachine
    /// The reserved ranges, sorted and disjoint.
    private var reservations: [Range<UInt>] = []
    private var blocks: [UInt: SimulatedBlock] = [:]
    /// The number of resident pages.
    private var residentPages = 0

    /// The number of page faults so far.
    private(set) var faults = 0
    /// The number of page faults so far in pages that had been released.
    private(set) var refaults = 0
    /// The invalid transitions so far.
    private(set) var violations: [SimulatedViolation] = []

    init(_ machine: SimulatedMachine) { self.machine = machine }

    /// The number of resident bytes.
    var residentBytes: ByteCount { ByteCount(UInt(residentPages) * machine.physicalPage.rawValue) }

    /// The number of reserved bytes.
    var reservedBytes: ByteCount { ByteCount(reservations.reduce(0) { $0 + UInt($1.count) }) }

    /// Reserves the lowest free range that is large enough. Returns nil if that would exceed the machine's limit.
    mutating func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        let limit = machine.addressSpace
        guard bytes != 0, bytes <= limit, reservedBytes <= limit - bytes else { return nil }
        var start = ByteCount(machine.firstAddress).roundedUp(to: alignment).rawValue
        for reservation in reservations {
            if start + bytes.rawValue <= reservation.lowerBound { break }
            start = max(start, ByteCount(reservation.upperBound).roundedUp(to: alignment).rawValue)
        }
        reserve(start..<(start + bytes.rawValue))
        return start
    }

    /// Reserves a given range. Returns false if part of it is already reserved.
    @discardableResult
    mutating func reserve(_ range: Range<UInt>) -> Bool {
        if reservations.contains(where: { $0.overlaps(range) }) { return false }
        let index = reservations.firstIndex { $0.lowerBound > range.lowerBound } ?? reservations.count
        reservations.insert(range, at: index)
        return true
    }

    mutating func cancel(_ range: Range<UInt>) {
        check(isReserved(range), .cancelledUnreserved(address: range.lowerBound, bytes: UInt(range.count)))
        reservations = reservations.flatMap { reservation -> [Range<UInt>] in
            guard reservation.overlaps(range) else { return [reservation] }
            let below = reservation.lowerBound..<max(reservation.lowerBound, range.lowerBound)
            let above = min(reservation.upperBound, range.upperBound)..<reservation.upperBound
            return [below, above].filter { !$0.isEmpty }
        }
        let size = UInt(1) << SimulatedBlock.shift
        for number in blocks.keys where (number * size..<(number + 1) * size).overlaps(range) {
            let part = pages(range.clamped(to: number * size..<(number + 1) * size), of: number)
            residentPages -= blocks[number]?.cancel(part) ?? 0
        }
    }

    mutating func makeAccessible(_ range: Range<UInt>) {
        check(isReserved(range), .madeUnreservedAccessible(address: range.lowerBound, bytes: UInt(range.count)))
        let fresh = SimulatedBlock(pages: (1 << Int(SimulatedBlock.shift)) / Int(machine.physicalPage.rawValue))
        for (number, pages) in parts(of: range) { blocks[number, default: fresh].makeReady(pages) }
    }

    mutating func release(_ range: Range<UInt>) {
        check(isReady(range), .releasedInaccessible(address: range.lowerBound, bytes: UInt(range.count)))
        for (number, pages) in parts(of: range) { residentPages -= blocks[number]?.release(pages) ?? 0 }
    }

    /// Takes away memory that something else than a release took: its pages do not count as needed again.
    mutating func discard(_ range: Range<UInt>) {
        release(range)
        for (number, pages) in parts(of: range) { blocks[number]?.forget(pages) }
    }

    /// Simulates access to memory, which makes its pages resident.
    ///
    /// - Returns: the number of page faults.
    mutating func touch(_ address: UInt, _ bytes: ByteCount) -> Int {
        let page = machine.physicalPage
        let end = ByteCount(address + bytes.rawValue).roundedUp(to: page).rawValue
        let range = ByteCount(address).roundedDown(to: page).rawValue..<end
        if let taken = touchOneBlock(range) { return taken }
        guard isReady(range) else {
            violations.append(.touchedInaccessible(address: address, bytes: bytes.rawValue))
            return 0
        }
        var taken = 0
        for (number, pages) in parts(of: range) {
            guard let place = blocks.index(forKey: number) else { continue }
            taken += note(blocks.values[place].touch(pages))
        }
        return taken
    }

    private mutating func note(_ touched: (faults: Int, again: Int)) -> Int {
        residentPages += touched.faults
        faults += touched.faults
        refaults += touched.again
        return touched.faults
    }

    /// Touches a range of one block, as nearly all are, without making lists of blocks.
    ///
    /// - Returns: the number of page faults; nil if the range lies in several blocks, or is not accessible.
    private mutating func touchOneBlock(_ range: Range<UInt>) -> Int? {
        let number = range.lowerBound >> SimulatedBlock.shift
        guard range.upperBound <= (number + 1) << SimulatedBlock.shift, let place = blocks.index(forKey: number)
        else { return nil }
        let part = pages(range, of: number)
        guard blocks.values[place].isReady(part) else { return nil }
        return note(blocks.values[place].touch(part))
    }

    /// Whether each physical page of a range is resident.
    func residents(in range: Range<UInt>) -> [Bool] {
        parts(of: range).flatMap { number, pages in pages.map { blocks[number]?.isResident($0) ?? false } }
    }

    /// Whether a whole range is accessible.
    func isReady(_ range: Range<UInt>) -> Bool {
        parts(of: range).allSatisfy { number, pages in blocks[number]?.isReady(pages) ?? false }
    }

    /// Returns whether a range consists of whole physical pages, and records a violation if it does not.
    mutating func checkAligned(_ address: UInt, _ bytes: ByteCount) -> Bool {
        let mask = machine.physicalPage.rawValue - 1
        let aligned = address & mask == 0 && bytes.rawValue & mask == 0
        check(aligned, .unaligned(address: address, bytes: bytes.rawValue))
        return aligned
    }

    private func isReserved(_ range: Range<UInt>) -> Bool {
        // The range may span several adjacent reservations.
        var from = range.lowerBound
        for reservation in reservations where reservation.contains(from) { from = reservation.upperBound }
        return from >= range.upperBound
    }

    private mutating func check(_ condition: Bool, _ violation: SimulatedViolation) {
        if !condition { violations.append(violation) }
    }

    private func pages(_ part: Range<UInt>, of number: UInt) -> Range<Int> {
        let base = number << SimulatedBlock.shift
        let page = machine.physicalPage.rawValue
        return Int((part.lowerBound - base) / page)..<Int((part.upperBound - base) / page)
    }

    /// Returns the blocks that a range touches, and its physical pages in each.
    private func parts(of range: Range<UInt>) -> [(block: UInt, pages: Range<Int>)] {
        var parts: [(block: UInt, pages: Range<Int>)] = []
        var address = range.lowerBound
        while address < range.upperBound {
            let number = address >> SimulatedBlock.shift
            let end = min(range.upperBound, (number + 1) << SimulatedBlock.shift)
            parts.append((number, pages(address..<end, of: number)))
            address = end
        }
        return parts
    }
}

import CPageHeap

/// The operating system that the process runs on, Linux or Darwin. Platform differences are in the C shim and in
/// `HostOperatingSystem+Darwin.swift`.
package struct HostOperatingSystem: OperatingSystem {
    package init() {}

    package func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        reserve(bytes, alignment, Int32(PAGEHEAP_HEAP_SPACE)).map { UInt(bitPattern: $0) }
    }

    package func cancel(_ address: UInt, _ bytes: ByteCount) {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
        cancelMetadata(pointer, bytes)
    }

    package func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return makeMetadataAccessible(pointer, bytes)
    }

    package func isOccupied(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_is_occupied(pointer, bytes.rawValue)
    }

    package func unmap(_ address: UInt, _ bytes: ByteCount) {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
        unmapMetadata(pointer, bytes)
    }

    package func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        reserve(bytes, physicalPageBytes, Int32(PAGEHEAP_METADATA_SPACE))
    }

    package func reserveMetadataUsedFromEnd(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        reserve(bytes, physicalPageBytes, Int32(PAGEHEAP_METADATA_SPACE), below: true)
    }

    package func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        pageheap_cancel(address, bytes.rawValue)
    }

    package func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        pageheap_map_at(address, bytes.rawValue) == 0
    }

    package func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        if bytes != 0 { pageheap_unmap_at(address, bytes.rawValue) }
    }

    package func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return 0 }
        return pageheap_release_range(pointer, bytes.rawValue, method.rawValue)
    }

    package func release(_ ranges: UnsafeBufferPointer<MemoryRange>, method: ReleaseMethod) -> Int {
        guard let first = ranges.baseAddress else { return 0 }
        return Int(truncatingIfNeeded: pageheap_release_ranges(first, UInt(bitPattern: ranges.count), method.rawValue))
    }

    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_find_resident_pages(pointer, bytes.rawValue, pages)
    }

    package func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool {
        guard let from = UnsafeMutableRawPointer(bitPattern: address),
            let to = UnsafeMutableRawPointer(bitPattern: target)
        else { return false }
        return pageheap_move_memory(from, to, bytes.rawValue) == 0
    }

    package func renew(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_map_anew(pointer, bytes.rawValue) == 0
    }

    package func setGuard(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_set_guard(pointer, bytes.rawValue) == 0
    }

    package func removeGuard(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_remove_guard(pointer, bytes.rawValue) == 0
    }

    package func allowHugePages(_ address: UInt, _ bytes: ByteCount) -> Bool {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return false }
        return pageheap_allow_huge_pages(pointer, bytes.rawValue) == 0
    }

    package func forbidHugePages(_ address: UInt, _ bytes: ByteCount) {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
        // The call fails only on systems without huge pages.
        _ = pageheap_forbid_huge_pages(pointer, bytes.rawValue)
    }

    package func splitHugePage(_ address: UInt, _ bytes: ByteCount) {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
        // Failure is harmless: the release that follows frees less than resident memory suggests.
        _ = pageheap_split_huge_page(pointer, bytes.rawValue)
    }

    package var hugePagesComeUnasked: Bool { pageheap_huge_pages_come_unasked() }

    package func releasedMemoryReadsZero() -> Bool { pageheap_released_memory_reads_zero() }

    package var physicalPageBytes: ByteCount { ByteCount(pageheap_physical_page_bytes()) }

    package var hugePageBytes: ByteCount { ByteCount(pageheap_huge_page_bytes()) }

    package var processors: Double { Double(max(1, pageheap_processor_hundredths())) / 100 }

    package var processorQuota: Double? {
        let hundredths = pageheap_processor_quota()
        return hundredths == .max ? nil : Double(hundredths) / 100
    }

    package var currentProcessor: UInt32 { pageheap_current_processor() }

    /// Reads the machine's memory, before a worker starts.
    package func readMachine() { pageheap_read_machine() }

    /// Reads the surroundings, and the CPU quota of the process's control group for ``processors``.
    package func readSurroundings() -> Surroundings? { Self.surroundings(in: nil) }

    /// Reads the surroundings from files.
    ///
    /// - Parameter root: a folder that stands for the root of the file system, for tests; nil for the one that is
    ///   configured.
    package static func surroundings(in root: UnsafePointer<CChar>?) -> Surroundings? {
        var found = pageheap_surroundings()
        guard pageheap_read_surroundings(root, &found) else { return nil }
        var surroundings = Surroundings()
        if found.memory_limit != .max {
            surroundings.limit = MemoryAllowance(
                limit: ByteCount(UInt(clamping: found.memory_limit)), left: Int(clamping: found.memory_left))
        }
        if found.hundredths != .max { surroundings.processorQuota = Double(found.hundredths) / 100 }
        if found.stalled_nanoseconds != .max {
            surroundings.stalledNanoseconds = Int64(clamping: found.stalled_nanoseconds)
        }
        return surroundings
    }

    /// Whether a heap's next address space is only chosen, without taking it from the system. Not under emulators,
    /// sandboxes and sanitizers that have most addresses for themselves, and not once the process has had dozens of
    /// heaps.
    package var reservingIsFree: Bool { pageheap_reserving_is_free() }

    package var isAddressSpaceLimited: Bool { pageheap_address_space_is_limited() }

    package var largestRequestBytes: ByteCount { ByteCount(pageheap_largest_request_bytes()) }

    package var memoryBytes: ByteCount { ByteCount(pageheap_memory_bytes()) }

    package func monotonicNanoseconds() -> Int64 { pageheap_monotonic_nanoseconds() }

    package func coarseNanoseconds() -> Int64 { pageheap_coarse_nanoseconds() }

    package func threadProcessorNanoseconds() -> Int64 { pageheap_thread_cpu_nanoseconds() }

    package func processProcessorNanoseconds() -> Int64 { pageheap_process_cpu_nanoseconds() }

    package func measureFaultNanoseconds(physicalPage: ByteCount) -> Double {
        pageheap_measure_fault_nanoseconds(physicalPage.rawValue)
    }

    package func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool {
        pageheap_futex_wait(word, expected, nanoseconds)
    }

    package func wake(_ word: UnsafeRawPointer) { pageheap_futex_wake(word, 1) }

    private func reserve(
        _ bytes: ByteCount, _ alignment: ByteCount, _ space: Int32, below: Bool = false
    ) -> UnsafeMutableRawPointer? {
        guard bytes.rawValue <= UInt(Int.max) else { return nil }
        return pageheap_reserve(bytes.rawValue, alignment.rawValue, space, below)
    }
}

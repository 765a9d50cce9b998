import Testing

/// Freed memory returns to the system.
@Suite(.serialized, .needsCompiler)
struct MemoryReturnTests {
    @Test(arguments: ["by-and-by", "parked"])
    func freedMemoryIsReleasedInTheBackground(_ check: String) throws { try Check.passes("returns", check) }

    @Test(arguments: ["repeatedly", "sparse"])
    func freedMemoryIsReleasedOnRequest(_ check: String) throws { try Check.passes("returns", check) }

    @Test func mallocTrimReportsWhetherItReleasedMemory() throws {
        try Check.passes("returns", "trimmed", environment: ["PAGEHEAP_SCAVENGER": "off"])
    }
}

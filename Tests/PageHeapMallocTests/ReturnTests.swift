import Testing

/// Freed memory comes back to the system.
@Suite("Memory comes back", .serialized, .needsCompiler)
struct ReturnTests {
    @Test("In the background", arguments: ["by-and-by", "parked"])
    func background(_ check: String) throws { try Check.passes("returns", check) }

    @Test("On request", arguments: ["repeatedly", "sparse"])
    func onRequest(_ check: String) throws { try Check.passes("returns", check) }

    @Test("malloc_trim answers truthfully")
    func truthfully() throws {
        try Check.passes("returns", "trimmed", environment: ["PAGEHEAP_SCAVENGER": "off"])
    }
}

import Testing

/// What each entry point promises.
@Suite(.needsCompiler)
struct EntryPointTests {
    @Test(
        arguments: [
            "zero", "alignment", "usable", "zeroed", "overflow", "resized", "resized-in-place", "aligned",
            "aligned-places",
            "wrong-alignment",
            "sized", "hostile", "errno", "other-thread",
        ])
    func entryPointsKeepTheirPromises(_ check: String) throws { try Check.passes("entry_points", check) }

    @Test(
        arguments: [
            "zero", "alignment", "usable", "zeroed", "resized", "resized-in-place", "aligned", "hostile", "errno",
            "other-thread",
        ],
        ["1", "2"])
    func entryPointsKeepTheirPromisesWhenHardened(_ check: String, level: String) throws {
        try Check.passes(
            "entry_points", check, environment: ["PAGEHEAP_HARDENING": level, "PAGEHEAP_GUARD_INTERVAL": "20"])
    }

    @Test func zeroedMemoryStaysZeroedWithLazyRelease() throws {
        try Check.passes("entry_points", "zeroed", environment: ["PAGEHEAP_RELEASE": "lazy"])
    }
}

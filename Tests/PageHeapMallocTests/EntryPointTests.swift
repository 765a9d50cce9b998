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
        [["PAGEHEAP_HARDENING": "1"], ["PAGEHEAP_HARDENING": "2", "PAGEHEAP_GUARD_INTERVAL": "20"]])
    func entryPointsKeepTheirPromisesWhenHardened(_ check: String, settings: [String: String]) throws {
        try Check.passes("entry_points", check, environment: settings)
    }

    @Test func zeroedMemoryStaysZeroedWithLazyRelease() throws {
        try Check.passes("entry_points", "zeroed", environment: ["PAGEHEAP_RELEASE": "lazy"])
    }
}

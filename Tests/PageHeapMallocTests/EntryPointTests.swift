import Testing

/// What each entry point promises.
@Suite(.needsCompiler)
struct EntryPointTests {
    @Test(
        arguments: [
            "zero", "alignment", "usable", "zeroed", "overflow", "resized", "aligned", "aligned-places",
            "wrong-alignment",
            "sized", "hostile", "errno", "other-thread",
        ])
    func entryPointsKeepTheirPromises(_ check: String) throws { try Check.passes("entry_points", check) }

    @Test(
        arguments: ["zero", "alignment", "usable", "zeroed", "resized", "aligned", "hostile", "errno", "other-thread"])
    func entryPointsKeepTheirPromisesIfFreesAreChecked(_ check: String) throws {
        try Check.passes("entry_points", check, environment: ["PAGEHEAP_HARDENING": "1"])
    }

    @Test func zeroedMemoryStaysZeroedWithLazyRelease() throws {
        try Check.passes("entry_points", "zeroed", environment: ["PAGEHEAP_RELEASE": "lazy"])
    }
}

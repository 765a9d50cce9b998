import Testing

@Suite("Entry points", .needsCompiler)
struct EntryPointTests {
    @Test(
        "A check of the entry points",
        arguments: [
            "zero", "alignment", "usable", "zeroed", "overflow", "resized", "aligned", "wrong-alignment", "sized",
            "hostile", "errno", "other-thread",
        ])
    func entryPoint(_ check: String) throws { try Check.passes("entry_points", check) }

    @Test(
        "The same where frees are checked",
        arguments: ["zero", "alignment", "usable", "zeroed", "resized", "aligned", "hostile", "errno", "other-thread"])
    func checkedEntryPoint(_ check: String) throws {
        try Check.passes("entry_points", check, environment: ["PAGEHEAP_HARDENING": "1"])
    }

    @Test("Zeroed memory stays zeroed with lazily released pages")
    func lazyRelease() throws { try Check.passes("entry_points", "zeroed", environment: ["PAGEHEAP_RELEASE": "lazy"]) }
}

import PageHeapCore
import Testing

/// The text of options: sizes and decimal numbers.
struct TextSliceTests {
    private func bytes(_ text: String) -> UInt? { text.withCString { TextSlice(cString: $0).byteCount?.rawValue } }

    private func thousandths(_ text: String) -> UInt? { text.withCString { TextSlice(cString: $0).thousandths } }

    @Test(
        arguments: [
            ("0", 0), ("1", 1), ("536870912", 536_870_912), ("1K", 1024), ("1k", 1024), ("512M", 512 << 20),
            ("512m", 512 << 20), ("3G", 3 << 30), ("2T", 2 << 40), ("1KiB", 1024), ("16MiB", 16 << 20),
            ("2GiB", 2 << 30), ("1TiB", 1 << 40), ("007M", 7 << 20), ("16777215T", 16_777_215 << 40), ("0G", 0),
        ] as [(String, UInt)])
    func sizesAreRead(_ text: String, _ expected: UInt) { #expect(bytes(text) == expected) }

    @Test(
        arguments: [
            "", "K", "KiB", "iB", "12iB", "5iB", "-1", "+1", "1.5G", " 1", "1 ", "1 M", "1MB", "1mib", "1Mib", "1KIB",
            "1P", "1B", "0x10", "M1", "1KK", "1KKiB", "1MiBMiB", "16777216T", "18446744073709551616",
            "99999999999999999999999", "none", "1\u{301}",
        ])
    func malformedSizesAreRejected(_ text: String) { #expect(bytes(text) == nil) }

    @Test(
        arguments: [
            ("1", 1000), ("0", 0), ("0.1", 100), ("0.05", 50), ("12.5", 12_500), ("100", 100_000), ("1.234", 1234),
            ("1.001", 1001),
        ] as [(String, UInt)])
    func decimalNumbersAreReadInThousandths(_ text: String, _ expected: UInt) { #expect(thousandths(text) == expected) }

    @Test(
        arguments: [
            "", ".", "1.", ".5", "1.2345", "1..2", "1.2.3", "-1", "1,5", "nan", "inf", "1e3", "999999999999999999",
        ])
    func malformedNumbersAreRejected(_ text: String) { #expect(thousandths(text) == nil) }
}

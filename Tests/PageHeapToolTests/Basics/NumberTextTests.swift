import Testing

@testable import PageHeapTool

struct NumberTextTests {
    @Test(arguments: [
        (0.0, 0, "0"), (12.345, 2, "12.35"), (-0.5, 1, "-0.5"), (1e15, 1, "1000000000000000.0"), (0.9996, 3, "1.000"),
    ])
    func placesAreFixed(value: Double, places: Int, text: String) {
        #expect(NumberText.fixed(value, places: places) == text)
    }

    @Test(arguments: [
        (0.0, 6, "0"), (12.5, 6, "12.5"), (0.001, 6, "0.001"), (1234.5678, 4, "1235"), (250_000, 6, "250000"),
    ])
    func needlessZerosAreLeftOut(value: Double, digits: Int, text: String) {
        #expect(NumberText.significant(value, digits: digits) == text)
    }

    @Test func theLargestNumberFits() {
        let text = NumberText.fixed(.greatestFiniteMagnitude, places: 3)
        #expect(text.count == 313 && text.hasPrefix("17976931"))
    }
}

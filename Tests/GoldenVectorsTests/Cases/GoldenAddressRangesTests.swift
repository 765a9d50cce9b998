import PageHeapCore
import PageHeapSimulation
import Testing

/// Compares sets of address ranges with the recorded cases.
struct GoldenAddressRangesTests {
    @Test(.golden("addr_ranges"))
    func addressRangesMatchTheRecordedCases() throws {
        let system = SimulatedOperatingSystem()
        try checkGolden("addr_ranges") { line, report in
            guard var ranges = AddressRanges(using: system) else {
                throw VectorDamage("no address space for the set")
            }
            defer { ranges.cancel(using: system) }
            for step in try line.member("steps").elements { try Self.take(step, &ranges, system, &report) }
        }
    }

    private static func take(
        _ step: VectorValue, _ ranges: inout AddressRanges, _ system: SimulatedOperatingSystem,
        _ report: inout VectorReport
    ) throws {
        let operation = try step.member("op").text
        let field = "\(step.field).\(operation)"
        func address() throws -> OffsetAddress { OffsetAddress(try step.member("a").unsigned) }
        switch operation {
        case "findSucc":
            try report.check(field, try step.member("ret").integer, ranges.successor(of: try address()))
            return
        case "contains":
            try report.check(field, try step.member("ret").bool, ranges.contains(try address()))
            return
        case "findGE":
            let expected = try step.member("ret")
            let got = ranges.first(notBelow: try address())?.rawValue
            try report.check(field, expected.isNull ? nil : try expected.unsigned, got)
            return
        case "add":
            let range = AddressRange(
                base: OffsetAddress(try step.member("b").unsigned), limit: OffsetAddress(try step.member("l").unsigned))
            try requireApart(range, ranges, step)
            guard ranges.reserveOneMore(using: system) != nil else { throw VectorDamage("no memory for the set") }
            ranges.add(range)
        case "removeLast":
            let got = ranges.removeLast(ByteCount(try step.member("n").unsigned))
            try report.check(
                field, try step.member("ret").elements.map { try $0.unsigned }, [got.base.rawValue, got.limit.rawValue])
        case "removeGE":
            ranges.remove(notBelow: try address())
        default: throw try step.member("op").damage("an operation on ranges")
        }
        let got = (0..<ranges.count).map { [ranges[$0].base.rawValue, ranges[$0].limit.rawValue] }
        try report.check(
            "\(field).ranges", try step.member("ranges").elements.map { try $0.elements.map { try $0.unsigned } }, got)
        try report.check("\(field).total", try step.member("total").unsigned, ranges.totalBytes.rawValue)
    }

    /// Throws damage if a range is empty or overlaps the set: adding it would stop the program.
    private static func requireApart(
        _ range: AddressRange, _ ranges: borrowing AddressRanges, _ step: VectorValue
    ) throws {
        let next = ranges.successor(of: range.base)
        let overlapsLower = next > 0 && ranges[next - 1].limit > range.base
        let overlapsUpper = next < ranges.count && ranges[next].base < range.limit
        if range.isEmpty || overlapsLower || overlapsUpper {
            throw step.damage("a range that overlaps nothing")
        }
    }
}

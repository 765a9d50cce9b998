import PageHeapCore
import Testing

/// The table of size classes: every size, every class, every offset of a span.
struct SizeClassTests {
    private static let classes = (1..<SizeClass.count).map { SizeClass(UInt8($0)) }

    /// Makes a table in memory that does not move, and a lookup into it. The caller deallocates the memory.
    private static func makeTable() -> (SizeClassLookup, UnsafeMutablePointer<SizeClassTable>) {
        let memory = UnsafeMutablePointer<SizeClassTable>.allocate(capacity: 1)
        memory.initialize(to: SizeClassTable())
        return (SizeClassLookup(memory), memory)
    }

    @Test func sizesGrowInMultiplesOfSixteen() {
        var last: UInt = 0
        for sizeClass in Self.classes {
            let block = sizeClass.blockBytes.rawValue
            #expect(block > last && block % 16 == 0, "class \(sizeClass.rawValue)")
            last = block
        }
        #expect(last == SizeClass.largestBytes.rawValue)
    }

    @Test func everySizeHasTheSmallestClassThatHoldsIt() {
        let (table, memory) = Self.makeTable()
        defer { memory.deallocate() }
        for size in 1...SizeClass.largestBytes.rawValue {
            let sizeClass = SizeClass(holding: ByteCount(size))
            let block = sizeClass.blockBytes.rawValue
            let below = sizeClass.rawValue == 1 ? 0 : SizeClass(sizeClass.rawValue - 1).blockBytes.rawValue
            if block < size || below >= size || table.sizeClass(holding: ByteCount(size)) != sizeClass {
                Issue.record("size \(size) has class \(sizeClass.rawValue) of \(block) bytes")
            }
            if block - size > max(15, block / 8) { Issue.record("size \(size) wastes \(block - size) bytes") }
        }
        #expect(table.sizeClass(holding: 0) == SizeClass(1))
        #expect(SizeClass(holding: 0) == SizeClass(1))
    }

    @Test func everyPowerOfTwoIsAClassAndIsAlignedToItself() {
        let (table, memory) = Self.makeTable()
        defer { memory.deallocate() }
        for shift in 4...15 {
            let sizeClass = SizeClass(holding: ByteCount(1 << UInt(shift)))
            #expect(sizeClass.blockBytes.rawValue == 1 << UInt(shift))
            // A span begins at a multiple of its alignment, and blocks follow each other.
            let entry = table[sizeClass]
            #expect(Int(entry.spanAlignmentPages) * 8192 % min(1 << shift, 1 << 15) == 0 || 1 << shift < 8192)
        }
    }

    @Test func spansAreSmallAndWasteLittle() {
        let (table, memory) = Self.makeTable()
        defer { memory.deallocate() }
        for sizeClass in Self.classes {
            let entry = table[sizeClass]
            let bytes = Int(entry.spanPages) * 8192
            let used = Int(entry.blocksPerSpan) * Int(entry.blockBytes)
            #expect(entry.blocksPerSpan >= (entry.blockBytes > 32 << 10 ? 4 : 8), "class \(sizeClass.rawValue)")
            #expect(bytes <= 256 << 10, "class \(sizeClass.rawValue)")
            #expect(used <= bytes && (bytes - used) * 8 <= bytes, "class \(sizeClass.rawValue)")
            #expect(used + Int(entry.blockBytes) > bytes, "class \(sizeClass.rawValue) has room for one more block")
            #expect(sizeClass.spanPages.rawValue == UInt(entry.spanPages))
            #expect(UInt(entry.blockBytes) == sizeClass.blockBytes.rawValue)
        }
    }

    /// The block computed for an offset is exact for every offset of a span.
    @Test func reciprocalsIdentifyTheBlock() {
        let (table, memory) = Self.makeTable()
        defer { memory.deallocate() }
        for sizeClass in Self.classes {
            let entry = table[sizeClass]
            let (block, reciprocal) = (UInt64(entry.blockBytes), UInt64(entry.reciprocal))
            var wrong = 0
            var offset: UInt64 = 0
            while offset < UInt64(entry.spanPages) * 8192 {
                if (offset &* reciprocal) &>> SizeClassTable.reciprocalShift != offset / block { wrong &+= 1 }
                offset &+= 1
            }
            #expect(wrong == 0, "class \(sizeClass.rawValue) of \(block) bytes")
        }
    }
}

import PageHeapCore

extension PageBitmap {
    /// A bitmap in which some runs are set, each given as first page and page count.
    init(_ runs: [[Int]]) {
        self.init()
        for run in runs where run[1] > 0 {
            setRange(from: PageIndex(UInt(run[0])), count: PageCount(UInt(run[1])))
        }
    }

    /// A bitmap of 512 truth values.
    init(_ bits: [Bool]) {
        self.init()
        for (index, bit) in bits.enumerated() where bit { setBits(1 << UInt64(index % 64), at: PageIndex(UInt(index))) }
    }

    /// The eight words: bitmaps are compared by them.
    var words: [UInt64] { (0..<Self.wordCount).map { word($0) } }

    /// The bits, one by one.
    var bits: [Bool] { (0..<512).map { bit(PageIndex(UInt($0))) } }

    /// A bitmap of random runs, or of random bits.
    static func random(using generator: inout some RandomNumberGenerator) -> PageBitmap {
        var bitmap = PageBitmap()
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            for word in 0..<wordCount { bitmap.setWord(word, to: generator.next()) }
        case 1:
            for word in 0..<wordCount { bitmap.setWord(word, to: generator.next() & generator.next()) }
        default:
            let longest = [8, 70, 300].randomElement(using: &generator) ?? 8
            var page = Int.random(in: 0...longest, using: &generator)
            while page < 512 {
                let count = min(Int.random(in: 1...longest, using: &generator), 512 - page)
                bitmap.setRange(from: PageIndex(UInt(page)), count: PageCount(UInt(count)))
                page += count + Int.random(in: 1...longest, using: &generator)
            }
        }
        return bitmap
    }
}

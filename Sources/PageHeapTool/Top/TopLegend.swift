/// What the words of a live view mean, for its help.
enum TopLegend {
    static let words: [(word: String, meaning: String)] = [
        ("resident", "physical memory of the process, by the kernel"),
        ("in use", "pages that have blocks on them, or that a cache of blocks holds"),
        ("blocks", "what the program, or a thread's cache, has of that"),
        ("free", "free pages that are kept, and may go back"),
        ("released", "free pages without physical memory: they have gone back, or were never touched"),
        ("goal", "what the scavenger leaves resident; none: there is nothing to give back, or it is off"),
        ("metadata", "the heap's own tables, mostly untouched"),
        ("given back", "physical memory that went back since the start"),
        ("again within 10 s", "about how much of it was needed again that soon"),
        ("threads' caches", "free blocks that a thread hands out without a lock"),
        ("transfer caches", "free blocks on their way from one thread to another"),
        ("page caches", "free pages that are handed out without the heap's lock"),
        ("size, spans, bytes", "the size of a block; runs of pages of blocks of one size, and what they have together"),
        ("blocks out", "blocks that the program has"),
        ("in threads, in transfer", "free blocks of the size in these caches"),
        ("beside blocks", "free memory that cannot go back: a block in use is on the same page"),
        ("given back (of a size)", "parts of its spans that have gone back"),
    ]

    /// Returns pages of lines, each of at most `width` characters unless a word alone is longer. There is at least one page, and
    /// a meaning is divided only if it is longer than a page.
    ///
    /// - Parameter rows: of the terminal. The last one is for the keys.
    static func pages(width: Int, rows: Int) -> [[String]] {
        let height = max(rows - 1, 1)
        var pages: [[String]] = [[]]
        for (word, meaning) in words {
            let lines = WrappedText.lines("\(word): \(meaning)", width: width)
            if let last = pages.last, !last.isEmpty, last.count + lines.count > height { pages.append([]) }
            for line in lines {
                if pages[pages.count - 1].count == height { pages.append([]) }
                pages[pages.count - 1].append(line)
            }
        }
        return pages
    }
}

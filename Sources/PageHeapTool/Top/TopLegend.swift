/// What the words of a live view mean, for its help.
enum TopLegend {
    static let words: [(word: String, meaning: String)] = [
        ("resident", "physical memory of the process, by the kernel"),
        ("in use", "pages that have blocks on them, or that a cache of blocks holds"),
        ("blocks", "what the program, or a thread's cache, has of that"),
        ("free", "free pages that are kept, and may go back"),
        ("released", "free pages that have gone back"),
        ("goal", "what the scavenger leaves resident; none: it is off or has not looked yet"),
        ("metadata", "the heap's own tables, mostly untouched"),
        ("given back", "physical memory that went back since the start"),
        ("again within 10 s", "what of it was needed again that soon"),
        ("threads' caches", "free blocks that a thread hands out without a lock"),
        ("transfer caches", "free blocks on their way from one thread to another"),
        ("page caches", "free pages that are handed out without the heap's lock"),
        ("spans, bytes", "runs of pages of blocks of one size, and what they have together"),
        ("blocks out", "blocks that the program has"),
        ("beside blocks", "free memory that cannot go back: a block in use is on the same page"),
    ]

    /// Returns the lines, each of at most `width` characters unless a word alone is longer.
    static func lines(width: Int) -> [String] {
        words.flatMap { WrappedText.lines("\($0.word): \($0.meaning)", width: width) }
    }
}

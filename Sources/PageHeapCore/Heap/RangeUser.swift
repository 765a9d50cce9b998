/// The layer above a page heap that keeps data for every page: told by the heap when its address space changes, so that
/// the data covers a page before the page is handed out.
///
/// The heap calls these functions under the heap lock, or before it is published. Ranges are told apart by a number:
/// the position in the order in which they were reserved, from 0.
package protocol RangeUser {
    /// Prepares for a range of address space in which the heap has not grown yet.
    ///
    /// - Parameters:
    ///   - range: the range's number: one more than that of the last range.
    ///   - base: the process address of its first byte.
    ///   - bytes: its size.
    /// - Returns: false if the system refuses; then nothing has changed.
    func prepare(range: Int, base: UInt, bytes: ByteCount) -> Bool

    /// Sets up what does not depend on a range. Called once, after the first range was prepared and the heap's own
    /// metadata has its place.
    ///
    /// - Parameter pages: the most pages that the heap can ever have.
    /// - Returns: false if the system refuses.
    func begin(pages: PageCount) -> Bool

    /// Whether another mapping lies where the data of the pages below `end` would.
    func isBlocked(range: Int, upTo end: UInt) -> Bool

    /// Makes the data of the pages below `end` accessible.
    ///
    /// - Returns: the bytes that this took, and false if the system refuses.
    func cover(range: Int, upTo end: UInt) -> (bytes: ByteCount, isCovered: Bool)

    /// Records how far the heap has grown in a range. None of the new pages has been handed out yet.
    func noteGrown(range: Int, to end: UInt)

    /// Returns the data of the last range to the system.
    ///
    /// - Returns: the bytes that it took.
    @discardableResult
    func remove(range: Int) -> ByteCount

    /// Returns what ``begin(pages:)`` set up.
    func end()
}

/// A range user that keeps no data, for a heap with no layer above it.
package struct NoRangeUser: RangeUser {
    package init() {}
    package func prepare(range: Int, base: UInt, bytes: ByteCount) -> Bool { true }
    package func begin(pages: PageCount) -> Bool { true }
    package func isBlocked(range: Int, upTo end: UInt) -> Bool { false }
    package func cover(range: Int, upTo end: UInt) -> (bytes: ByteCount, isCovered: Bool) { (0, true) }
    package func noteGrown(range: Int, to end: UInt) {}
    package func remove(range: Int) -> ByteCount { 0 }
    package func end() {}
}

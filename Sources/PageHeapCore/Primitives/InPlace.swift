/// The elements of an `InlineArray` that lies in memory that does not move.
///
/// Today's compiler copies the whole array to read one element through the array's owner: once that was 2 KiB per
/// malloc. Through the address of the element it does not. This type is the one place for that arithmetic; checked
/// builds check the index.
package struct InPlace<let count: Int, Element: ~Copyable> {
    private let first: UnsafeMutablePointer<Element>

    /// - Parameter array: outlives the result, and does not move.
    @inline(__always)
    package init(_ array: UnsafeMutablePointer<InlineArray<count, Element>>) {
        first = UnsafeMutableRawPointer(array).assumingMemoryBound(to: Element.self)
    }

    /// The address of an element.
    @inline(__always)
    package subscript(index: Int) -> UnsafeMutablePointer<Element> {
        #if PAGEHEAP_CHECKED
            precondition(index >= 0 && index < count, "no such element")
        #endif
        return first + index
    }
}

import CPageHeap

/// Stops the program with one line on standard error: the text, and a number in hexadecimal. Allocates nothing.
///
/// For states that no call can repair: a wrong free, books that contradict each other.
@inline(never)
package func fatal(_ text: StaticString, _ number: UInt? = nil) -> Never {
    var line = MessageLine()
    line.append("pageheap: ")
    line.append(text)
    if let number {
        line.append(" 0x")
        line.append(hexadecimal: number)
    }
    line.writeToStandardError()
    pageheap_abort()
}

/// Checked builds and tests: stops if a condition of the heap's own making does not hold.
@inline(__always)
package func invariant(_ condition: @autoclosure () -> Bool, _ text: StaticString) {
    #if PAGEHEAP_CHECKED
        if !condition() { fatal(text) }
    #endif
}

/// Ends the process as an abort.
package func stopProcess() -> Never { pageheap_abort() }

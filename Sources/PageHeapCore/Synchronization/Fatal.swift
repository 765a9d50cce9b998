import CPageHeap

/// Aborts with one line on standard error: the text, and a number in hexadecimal. Allocates nothing.
///
/// For states that no call can repair: a wrong free, inconsistent metadata.
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

/// Checked builds and tests: aborts if an internal condition does not hold.
@inline(__always)
package func invariant(_ condition: @autoclosure () -> Bool, _ text: StaticString) {
    #if PAGEHEAP_CHECKED
        if !condition() { fatal(text) }
    #endif
}

/// Aborts the process.
package func stopProcess() -> Never { pageheap_abort() }

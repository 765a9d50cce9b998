/// Leaves out of a failing sequence whatever it fails without: halves first, then ever smaller parts, down to single
/// elements, until nothing can be left out. (Delta debugging, by Andreas Zeller.)
///
/// - Parameters:
///   - attempts: the most sequences tried.
///   - fails: whether a sequence still fails. `sequence` does.
func shrunk<Element>(
    _ sequence: [Element], attempts: Int = 3000, whileItFails fails: ([Element]) -> Bool
) -> [Element] {
    var sequence = sequence
    var part = max(1, sequence.count / 2)
    var left = attempts
    while left > 0 {
        var removedSome = false
        // From the end: what the failure needs was often made early.
        var end = sequence.count
        while end > 0 && left > 0 {
            let start = max(0, end - part)
            var shorter = sequence
            shorter.removeSubrange(start..<end)
            left -= 1
            if fails(shorter) {
                sequence = shorter
                removedSome = true
            }
            end = start
        }
        if part == 1 && !removedSome { break }
        part = max(1, part / 2)
    }
    return sequence
}

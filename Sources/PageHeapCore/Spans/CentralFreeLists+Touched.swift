// The touched spans of a list: those from which blocks left, or to which blocks came back, since a pass over holes looked
// at them last. Only these spans can have new holes, so the cost of a pass depends on how many spans have changed, not on
// how many there are.
//
// The list is a ring through the records, under the list's lock; a pass takes spans from its front and others join at its
// back. A span leaves it when it is returned to the heap or kept as the spare.
extension CentralFreeLists {
    /// Notes that blocks left a span or came back to it. The caller holds the list's lock.
    @inline(__always)
    func noteTouched(_ index: SpanIndex, _ list: CentralList) {
        let span = spans.record(index)
        span.pointee.wasTouched = true
        if span.pointee.nextTouched == 0 { appendTouched(index, list) }
    }

    /// Puts a span at the back of its list's ring. The caller holds the list's lock.
    @inline(never)
    func appendTouched(_ index: SpanIndex, _ list: CentralList) {
        list.state.pointee.lock.assertHeld()
        let span = spans.record(index)
        invariant(span.pointee.nextTouched == 0, "a span is among the touched already")
        let number = UInt32(truncatingIfNeeded: index.rawValue)
        let first = list.state.pointee.firstTouched
        if first == 0 {
            list.state.pointee.firstTouched = number
            span.pointee.nextTouched = number
            span.pointee.previousTouched = number
        } else {
            let last = spans.record(SpanIndex(UInt(first))).pointee.previousTouched
            span.pointee.nextTouched = first
            span.pointee.previousTouched = last
            spans.record(SpanIndex(UInt(last))).pointee.nextTouched = number
            spans.record(SpanIndex(UInt(first))).pointee.previousTouched = number
        }
        list.state.pointee.touchedCount &+= 1
    }

    /// Takes the first span off its list's ring, which must not be empty. The caller holds the list's lock.
    func takeTouched(_ list: CentralList) -> SpanIndex {
        let first = SpanIndex(UInt(list.state.pointee.firstTouched))
        removeTouched(first, list)
        return first
    }

    private func removeTouched(_ index: SpanIndex, _ list: CentralList) {
        list.state.pointee.lock.assertHeld()
        let span = spans.record(index)
        let (next, previous) = (span.pointee.nextTouched, span.pointee.previousTouched)
        invariant(next != 0, "a span is not among the touched")
        spans.record(SpanIndex(UInt(previous))).pointee.nextTouched = next
        spans.record(SpanIndex(UInt(next))).pointee.previousTouched = previous
        let number = UInt32(truncatingIfNeeded: index.rawValue)
        if list.state.pointee.firstTouched == number {
            list.state.pointee.firstTouched = next == number ? 0 : next
        }
        span.pointee.nextTouched = 0
        span.pointee.previousTouched = 0
        list.state.pointee.touchedCount &-= 1
    }

    /// Takes a span all of whose blocks are back off its lists. The caller holds the list's lock.
    func takeOffLists(_ index: SpanIndex, _ list: CentralList) {
        unlink(index, list)
        if spans.record(index).pointee.nextTouched != 0 { removeTouched(index, list) }
        spans.record(index).pointee.wasTouched = false
    }

    /// Tests: checks each ring of touched spans, and that spans with free blocks can be found from other shards. No other
    /// thread may use the heap in the meantime.
    func checkLists() {
        shards.visitLists { list in
            let first = list.state.pointee.firstTouched
            var (index, count) = (first, UInt32(0))
            while index != 0 {
                let span = spans.record(SpanIndex(UInt(index))).pointee
                count += 1
                if span.sizeClass != list.sizeClass.rawValue || span.shard != list.shard.rawValue {
                    fatal("a touched span is in the ring of class", UInt(list.sizeClass.rawValue))
                }
                if spans.record(SpanIndex(UInt(span.nextTouched))).pointee.previousTouched != index {
                    fatal("the ring of touched spans is broken at record", UInt(index))
                }
                index = span.nextTouched == first ? 0 : span.nextTouched
            }
            if count != list.state.pointee.touchedCount {
                fatal("touched spans are miscounted; in the ring:", UInt(count))
            }
            let holders = shards.holders(list.sizeClass)
            if list.state.pointee.firstPartial != 0 || list.state.pointee.spare != 0,
                !holders.pointee.spans.contains(list.shard)
            {
                fatal("a shard's free blocks cannot be found; class", UInt(list.sizeClass.rawValue))
            }
            if list.transfers.pointee.count > 0, !holders.pointee.transfers.contains(list.shard) {
                fatal("a shard's transfer cache cannot be found; class", UInt(list.sizeClass.rawValue))
            }
        }
    }
}

import CPageHeap

/// Requests of other processes: what the command `pageheap` asks of a process that allows it, through the process's statistics
/// page (`pageheap_control.h`). The worker looks for them; where there is none, calls of the program do.
extension MallocHeap {
    package func serveControl(until shouldStop: () -> Bool) -> Bool {
        guard let page = heap.state.pointee.page else { return false }
        let control = withUnsafeMutablePointer(to: &page.pointee.control) { $0 }
        let number = control.pointee.is_allowed == 0 ? 0 : pageheap_control_begin(control)
        if number == 0 { return false }
        let argument = control.pointee.argument
        var answer: UInt64 = 0
        var error = PAGEHEAP_CONTROL_SERVED_WELL
        switch pageheap_control_command(control.pointee.command) {
        case PAGEHEAP_CONTROL_RELEASE:
            answer = UInt64(releaseFreeMemory(until: shouldStop).returned.rawValue)
            if shouldStop() { error = PAGEHEAP_CONTROL_CUT_SHORT }
        case PAGEHEAP_CONTROL_MEMORY_LIMIT where argument != 0:
            heap.setMemoryLimit(argument == .max ? nil : ByteCount(UInt(argument)))
        case PAGEHEAP_CONTROL_HARD_LIMIT where argument != 0:
            heap.setHardLimit(argument == .max ? nil : ByteCount(UInt(argument)))
        case PAGEHEAP_CONTROL_TRACE:
            guard let kind = UInt8(exactly: argument).flatMap(TraceKind.init) else {
                error = PAGEHEAP_CONTROL_BAD_ARGUMENT
                break
            }
            heap.setTrace(kind)
        case PAGEHEAP_CONTROL_CLASSES:
            countClasses(in: page)
        case PAGEHEAP_CONTROL_MAP, PAGEHEAP_CONTROL_ACCOUNT:
            var map = HeapMap(at: UnsafeMutableRawPointer(page) + Int(PAGEHEAP_MAP_OFFSET), room: argument)
            write(to: &map)
            answer = map.bytes
            if map.isCut {
                error = PAGEHEAP_CONTROL_NO_ROOM
            } else if control.pointee.command == PAGEHEAP_CONTROL_ACCOUNT.rawValue {
                countClasses(in: page)
            }
        case PAGEHEAP_CONTROL_PROFILE:
            let written = isSampling ? state.pointee.sampling.watcher.writeProfile?() ?? 0 : 0
            if written == 0 { error = PAGEHEAP_CONTROL_NO_PROFILE } else { answer = written - 1 }
        default:
            error = PAGEHEAP_CONTROL_BAD_ARGUMENT
        }
        pageheap_control_answer(control, number, error.rawValue, answer)
        return true
    }

    private func countClasses(in page: UnsafeMutablePointer<pageheap_statistics_page>) {
        withUnsafeMutablePointer(to: &page.pointee.classes) { classes in
            classes.withMemoryRebound(to: pageheap_class.self, capacity: SizeClass.count) { count(in: $0) }
        }
    }
}

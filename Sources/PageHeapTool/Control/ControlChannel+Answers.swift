import CPageHeap
import Glibc

/// What is answered in the file.
extension ControlChannel {
    private static let classesPlace = MemoryLayout<pageheap_statistics_page>.offset(of: \.classes) ?? 0

    /// Asks for the figures of all size classes.
    func classes() throws(ToolError) -> [ClassFigures] {
        _ = try ask(PAGEHEAP_CONTROL_CLASSES)
        return try answeredClasses()
    }

    private func answeredClasses() throws(ToolError) -> [ClassFigures] {
        guard let classes = file.read(pageheap_class(), count: Int(PAGEHEAP_CLASSES), at: Self.classesPlace) else {
            throw gone()
        }
        return classes.map(ClassFigures.init)
    }

    /// Asks for the map of the heap's pages.
    func map() throws(ToolError) -> HeapMap { try map(PAGEHEAP_CONTROL_MAP) { _ throws(ToolError) in } }

    /// Asks for the map of the heap's pages and the figures of all size classes at once, so that they go together.
    func account() throws(ToolError) -> (map: HeapMap, classes: [ClassFigures]) {
        var classes: [ClassFigures] = []
        let map = try map(PAGEHEAP_CONTROL_ACCOUNT) { channel throws(ToolError) in
            classes = try channel.answeredClasses()
        }
        return (map, classes)
    }

    /// Asks for a map.
    ///
    /// - Parameter readMore: reads what else was answered.
    private func map(
        _ command: pageheap_control_command, readMore: (borrowing ControlChannel) throws(ToolError) -> Void
    ) throws(ToolError) -> HeapMap {
        let before = try length()
        var room = MemoryLayout<pageheap_map>.size
        defer { giveRoomBack(before) }
        // The first answer says how much room the map takes; the heap may have grown when it is asked again.
        for _ in 0..<5 {
            try makeRoom(room)
            let (bytes, error) = try ask(command, UInt64(room))
            if error == PAGEHEAP_CONTROL_SERVED_WELL {
                guard let map = HeapMap(file: file, at: Int(PAGEHEAP_MAP_OFFSET), room: room) else {
                    throw senseless()
                }
                try readMore(self)
                return map
            }
            guard let more = Self.room(for: bytes, error, after: room) else { break }
            room = more
        }
        throw unwritable()
    }

    // MARK: The map's room

    /// The length of the file.
    func length() throws(ToolError) -> Int {
        guard let bytes = file.bytes else { throw gone() }
        return bytes
    }

    /// Makes the file long enough for a map.
    func makeRoom(_ room: Int) throws(ToolError) {
        do {
            try file.extend(to: Int(PAGEHEAP_MAP_OFFSET) + room)
        } catch {
            throw ToolError(.inputOutput, "there is no room for the map of process \(process): \(error)")
        }
    }

    /// Makes the file as long again as it was, unless the process may be writing to it: that would end the process.
    func giveRoomBack(_ before: Int) {
        if let now = control(), now.begun == now.answered {
            file.shorten(to: min(before, MemoryLayout<pageheap_statistics_page>.size))
        }
    }

    /// The room for a map that did not fit; nil if that is not why it was not written.
    ///
    /// - Parameters:
    ///   - bytes: the answer.
    ///   - room: what there was.
    static func room(for bytes: UInt64, _ error: pageheap_control_error, after room: Int) -> Int? {
        guard error == PAGEHEAP_CONTROL_NO_ROOM, bytes > room, bytes <= UInt64(PAGEHEAP_MAP_BYTES) else { return nil }
        return min(Int(bytes) + Int(bytes) / 8 + 65536, Int(PAGEHEAP_MAP_BYTES))
    }

    /// The map that was answered, made small; nil if it makes no sense.
    func cells(room: Int) -> MapCells? { MapCells(file: file, at: Int(PAGEHEAP_MAP_OFFSET), room: room) }

    func senseless() -> ToolError { ToolError(.noInput, "the map of process \(process) makes no sense") }

    func unwritable() -> ToolError {
        ToolError(
            .unavailable,
            "process \(process) cannot write its map: the kernel is older than Linux 5.14, it is in a sandbox or has "
                + "PAGEHEAP_SCAVENGER=caller, or the heap is larger than 512 GiB")
    }
}

import CPageHeap

/// A map that a process is asked for by who does not wait for it, but looks now and then.
struct MapRequest: ~Copyable {
    /// How far the request is.
    enum Progress: Sendable {
        /// The process has not seen it yet.
        case waiting
        /// The process is writing.
        case begun
        case answered(MapCells)
    }

    private let channel: ControlChannel
    private let lengthBefore: Int
    private var room: Int
    private var number: UInt32
    private var attempts = 1

    /// How often a map is asked for, because the heap may have grown when it is asked for with more room.
    private static let mostAttempts = 5

    /// Asks a process.
    ///
    /// - Parameter room: the bytes that the map may take.
    init(to process: Int32, room: Int) throws(ToolError) {
        let channel = try ControlChannel(to: process, patience: 0)
        let length = try channel.length()
        let room = max(room, MemoryLayout<pageheap_map>.size)
        let number: UInt32
        do {
            number = try Self.ask(channel, room)
        } catch {
            channel.giveRoomBack(length)
            throw error
        }
        self.channel = channel
        lengthBefore = length
        self.room = room
        self.number = number
    }

    private static func ask(_ channel: borrowing ControlChannel, _ room: Int) throws(ToolError) -> UInt32 {
        guard try channel.takeBackOlder() else {
            throw ToolError(.unavailable, "process \(channel.process) is serving an earlier request")
        }
        try channel.makeRoom(room)
        return try channel.post(PAGEHEAP_CONTROL_MAP, UInt64(room))
    }

    /// Looks how far the request is.
    ///
    /// - Throws: why there will be no map.
    mutating func look() throws(ToolError) -> Progress {
        switch try channel.progress(of: number) {
        case .waiting: return .waiting
        case .begun: return .begun
        case .answered(_, PAGEHEAP_CONTROL_SERVED_WELL):
            guard let cells = channel.cells(room: room) else { throw channel.senseless() }
            return .answered(cells)
        case .answered(let bytes, let error):
            guard let more = ControlChannel.room(for: bytes, error, after: room), attempts < Self.mostAttempts else {
                throw channel.unwritable()
            }
            attempts += 1
            room = more
            number = try Self.ask(channel, more)
            return .waiting
        }
    }

    /// Takes the request back, unless the process has begun to serve it.
    ///
    /// - Parameter seconds: how long was waited.
    /// - Returns: why the process has not answered.
    func takeBack(after seconds: Double) -> ToolError {
        _ = try? channel.takeBack(number)
        return channel.unanswered(after: seconds)
    }

    deinit {
        _ = try? channel.takeBack(number)
        channel.giveRoomBack(lengthBefore)
    }
}

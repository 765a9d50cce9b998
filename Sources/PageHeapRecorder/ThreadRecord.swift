/// What a thread needs to record its events: where it writes, and what its differences are to.
///
/// It lies in memory that is zero again in a child after a fork. The child's thread then finds no space to write to, takes the slow
/// path, and begins anew; so it never writes to its parent's blocks, whatever ran before the recorder could be told of the fork.
struct ThreadRecord {
    /// Writes the events. Its cursor is null in a record that is zero.
    var encoder: EventEncoder
    /// Up to where the cursor may be for another event to fit; 0 if there is no block, and while the thread writes an event.
    var limit: UInt
    /// The same, also while the thread writes an event; 0 if there is no block.
    var blockLimit: UInt
    /// How many events the current block has.
    var eventCount: UInt32
    /// The thread's number in the trace, plus 1; 0 in a record that is zero.
    var owner: UInt32
    /// How many events in a row have been noted while several threads recorded.
    var sharedEvents: UInt32
    /// The number of the current block among the thread's.
    var sequence: UInt32
    /// The header of the current block; 0 if there is none.
    var block: UInt
    /// The rest of the space after the current block, and the mapping that it belongs to.
    var space: UInt
    var spaceEnd: UInt
    var mapping: UInt
    var mappingBytes: UInt
    /// The next record in the list of those that ended threads have left.
    var next: UInt

    /// The largest record, so that records do not share cache lines.
    static let strideBytes: UInt = 192
}

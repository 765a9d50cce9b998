/// Writes events into a block's payload, each in a few bytes: addresses as differences, lengths in the first byte.
///
/// The first byte of an event is stored last. Memory after the last event is zero, which is no first byte, so a reader of a
/// payload whose writer was killed sees whole events only.
///
/// Not checked: the memory has ``TraceFormat/largestEvent`` bytes and 8 more from the cursor on.
struct EventEncoder {
    /// Where the next event goes.
    var cursor: UnsafeMutableRawPointer
    /// The address of the event before; addresses are written as differences to it.
    var lastAddress: UInt64
    /// The tick of the last event that had one.
    var lastTick: UInt64

    /// How an event's time is written.
    enum Time {
        /// Not at all: the event has the time of the event before.
        case asBefore
        case tick(UInt64)
    }

    init(at cursor: UnsafeMutableRawPointer, baseAddress: UInt64, baseTick: UInt64) {
        self.cursor = cursor
        lastAddress = baseAddress
        lastTick = baseTick
    }

    // MARK: The common events

    @inline(__always)
    mutating func allocate(_ block: UInt64, bytes: UInt64, _ time: Time) {
        var end = cursor + 1
        var tag = TraceFormat.allocation | putAddress(block, &end)
        end.storeBytes(of: bytes, as: UInt64.self)
        if bytes < 1 << 8 {
            end += 1
        } else if bytes < 1 << 16 {
            end += 2
            tag |= 1 << TraceFormat.sizeShift
        } else if bytes < 1 << 32 {
            end += 4
            tag |= 2 << TraceFormat.sizeShift
        } else {
            end += 8
            tag |= 3 << TraceFormat.sizeShift
        }
        finish(tag, end, time)
    }

    @inline(__always)
    mutating func free(_ block: UInt64, _ time: Time) {
        var end = cursor + 1
        let tag = TraceFormat.freeing | putAddress(block, &end)
        finish(tag, end, time)
    }

    // MARK: The others

    mutating func allocateZeroed(_ block: UInt64, bytes: UInt64, _ time: Time) {
        put(TraceFormat.zeroedAllocation, block, time, bytes, nil)
    }

    mutating func allocateAligned(_ block: UInt64, bytes: UInt64, alignment: UInt64, isZeroed: Bool, _ time: Time) {
        let kind = isZeroed ? TraceFormat.zeroedAlignedAllocation : TraceFormat.alignedAllocation
        put(kind, block, time, bytes, alignment)
    }

    /// A reallocation is two events: from the first on, the old block may be gone; from the second on, the new one is there.
    mutating func beginReallocation(_ block: UInt64, _ time: Time) {
        put(TraceFormat.reallocationBegin, block, time, nil, nil)
    }

    mutating func endReallocation(_ block: UInt64, bytes: UInt64, _ time: Time) {
        put(TraceFormat.reallocationEnd, block, time, bytes, nil)
    }

    /// The old block is still there.
    mutating func failReallocation(_ time: Time) { put(TraceFormat.reallocationFailure, lastAddress, time, nil, nil) }

    mutating func endThread(_ time: Time) { put(TraceFormat.threadEnd, lastAddress, time, nil, nil) }

    // MARK: Parts

    @inline(never)
    private mutating func put(
        _ kind: UInt8, _ block: UInt64, _ time: Time, _ first: UInt64?, _ second: UInt64?
    ) {
        (cursor + 1).storeBytes(of: kind, as: UInt8.self)
        var end = cursor + 2
        let tag = TraceFormat.other | putAddress(block, &end)
        if let first { Self.putNumber(first, &end) }
        if let second { Self.putNumber(second, &end) }
        finish(tag, end, time)
    }

    /// Writes an address as the difference to the one before, in units of 8 bytes and with the sign in bit 0, in 0 to 6 bytes;
    /// or, if it does not fit, whole. Returns the address's length, as the first byte has it.
    @inline(__always)
    private mutating func putAddress(_ address: UInt64, _ end: inout UnsafeMutableRawPointer) -> UInt8 {
        let difference = address &- lastAddress
        lastAddress = address
        let units = Int64(bitPattern: difference) >> 3
        let folded = UInt64(bitPattern: units &<< 1 ^ units >> 63)
        let length = (71 &- folded.leadingZeroBitCount) >> 3
        if length > 6 || difference & 7 != 0 {
            end.storeBytes(of: address, as: UInt64.self)
            end += 8
            return TraceFormat.absoluteAddress << TraceFormat.addressShift
        }
        end.storeBytes(of: folded, as: UInt64.self)
        end += length
        return UInt8(truncatingIfNeeded: length) << TraceFormat.addressShift
    }

    @inline(__always)
    private mutating func finish(_ tag: UInt8, _ end: UnsafeMutableRawPointer, _ time: Time) {
        var end = end
        var tag = tag
        if case .tick(let tick) = time {
            // A counter that went backwards must not make a difference of centuries.
            let difference = tick > lastTick ? tick &- lastTick : 0
            lastTick = lastTick &+ difference
            Self.putNumber(difference, &end)
            tag |= TraceFormat.timedBit
        }
        // What an address or a size left beyond the event's end is zeros, or was overwritten.
        TraceStore.publish(tag, at: cursor)
        cursor = end
    }

    /// Writes a number in units of 7 bits, lowest first, with bit 7 set in all bytes but the last.
    @inline(__always)
    private static func putNumber(_ number: UInt64, _ end: inout UnsafeMutableRawPointer) {
        var rest = number
        while rest > 0x7f {
            end.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            end += 1
            rest >>= 7
        }
        end.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        end += 1
    }
}

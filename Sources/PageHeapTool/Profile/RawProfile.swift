import Glibc
import SystemPackage

/// A profile as one process wrote it (`MallocHeap+Profile.swift` describes the lines): addresses, no names.
struct RawProfile: Hashable, Sendable {
    /// What was allocated with one call stack.
    struct Stack: Hashable, Sendable {
        var allocatedBytes: UInt64
        var allocatedBlocks: UInt64
        /// Return addresses, the innermost first.
        var frames: [UInt64]
    }

    /// A sampled block in use.
    struct Block: Hashable, Sendable {
        var stack: UInt64
        var bytes: UInt64
        /// The bytes that it stands for.
        var weight: UInt64
        /// The free bytes that it holds back.
        var pinned: UInt64
    }

    /// A mapping of a file into the process.
    struct Mapping: Hashable, Sendable {
        var start: UInt64
        var end: UInt64
        /// Where in the file it begins.
        var offset: UInt64
        var isExecutable: Bool
        /// The file's number in its file system.
        var fileNumber: UInt64
        var path: String
    }

    private(set) var process: UInt64 = 0
    /// The path of the program; empty if it is not known.
    private(set) var program = ""
    /// The mean distance of two samples in bytes.
    private(set) var meanBytes: UInt64 = 0
    /// Samples that found no room.
    private(set) var refused: UInt64 = 0
    /// An address in the malloc library.
    private(set) var library: UInt64 = 0
    private(set) var stacks: [UInt64: Stack] = [:]
    private(set) var blocks: [Block] = []
    /// By address.
    private(set) var mappings: [Mapping] = []

    /// What is wrong with a profile.
    struct Damage: Error, CustomStringConvertible, Hashable {
        let description: String
    }

    /// More bytes than any profile has: 65,536 blocks, 8 MiB of stacks as text, and a hundred thousand mappings.
    static let byteLimit = 64 << 20
    private static let frameLimit = 256

    /// Reads a profile. Throws if it is damaged: the message names the line.
    init(_ content: [UInt8]) throws(Damage) {
        var number = 0
        var isComplete = false
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if isComplete || line.isEmpty { break }
            var words = Words(rest: line)
            let word = words.next() ?? ""
            if number == 1 {
                guard word == "pageheap-profile", words.number() == 1 else {
                    throw Damage(description: "this is no profile of version 1")
                }
                continue
            }
            guard let isEnd = take(word, &words) else { throw Damage(description: "line \(number) is damaged") }
            isComplete = isEnd
        }
        if !isComplete { throw Damage(description: "it is cut off after line \(max(number - 1, 0))") }
        for block in blocks where stacks[block.stack] == nil {
            throw Damage(description: "it has no stack \(block.stack)")
        }
        mappings.sort { $0.start < $1.start }
    }

    /// Takes a line after the first. Returns whether it is the last one; nil if it is damaged.
    private mutating func take(_ word: String, _ words: inout Words) -> Bool? {
        switch word {
        case "end": return true
        case "process": return set(\.process, words.number())
        case "mean": return set(\.meanBytes, words.number())
        case "refused": return set(\.refused, words.number())
        case "library": return set(\.library, words.address())
        case "program":
            program = words.text
            return false
        case "stack":
            guard let index = words.number(), let bytes = words.number(), let blocks = words.number() else {
                return nil
            }
            var stack = Stack(allocatedBytes: bytes, allocatedBlocks: blocks, frames: [])
            while !words.isAtEnd {
                guard let frame = words.address(), stack.frames.count < Self.frameLimit else { return nil }
                stack.frames.append(frame)
            }
            return stacks.updateValue(stack, forKey: index) == nil ? false : nil
        case "block":
            guard let stack = words.number(), let bytes = words.number(), let weight = words.number(),
                let pinned = words.number(), words.isAtEnd, bytes > 0, weight >= bytes
            else { return nil }
            blocks.append(Block(stack: stack, bytes: bytes, weight: weight, pinned: pinned))
            return false
        case "mapping":
            guard let mapping = Self.mapping(&words) else { return nil }
            if !mapping.path.isEmpty { mappings.append(mapping) }
            return false
        default: return nil
        }
    }

    private mutating func set(_ field: WritableKeyPath<RawProfile, UInt64>, _ value: UInt64?) -> Bool? {
        guard let value else { return nil }
        self[keyPath: field] = value
        return false
    }

    /// Reads a line of `/proc/PID/maps`, which the C library's manual page proc(5) describes.
    private static func mapping(_ words: inout Words) -> Mapping? {
        guard let range = words.next()?.split(separator: "-"), range.count == 2,
            let start = UInt64(range[0], radix: 16),
            let end = UInt64(range[1], radix: 16), let access = words.next(), let offset = words.address(),
            words.next() != nil, let file = words.number(), start < end
        else { return nil }
        return Mapping(
            start: start, end: end, offset: offset, isExecutable: access.contains("x"), fileNumber: file,
            path: words.text)
    }

    /// The words of a line.
    private struct Words {
        var rest: ArraySlice<UInt8>

        private static let space = UInt8(ascii: " ")

        var isAtEnd: Bool { rest.isEmpty }

        /// What is left of the line, without spaces before it.
        var text: String { String(decoding: rest.drop { $0 == Self.space }, as: UTF8.self) }

        mutating func next() -> String? {
            rest = rest.drop { $0 == Self.space }
            if rest.isEmpty { return nil }
            let word = rest.prefix { $0 != Self.space }
            rest = rest.dropFirst(word.count)
            return String(decoding: word, as: UTF8.self)
        }

        mutating func number() -> UInt64? { next().flatMap { UInt64($0) } }
        mutating func address() -> UInt64? { next().flatMap { UInt64($0, radix: 16) } }
    }

    /// The mapping that holds an address; nil if none of a file does.
    func mapping(of address: UInt64) -> Mapping? {
        var (low, high) = (0, mappings.count)
        while low < high {
            let middle = (low + high) / 2
            if mappings[middle].end <= address { low = middle + 1 } else { high = middle }
        }
        return low < mappings.count && mappings[low].start <= address ? mappings[low] : nil
    }

    /// The frames of a stack without the innermost ones in the malloc library: where the program called it.
    func programFrames(_ stack: Stack) -> ArraySlice<UInt64> {
        guard let own = mapping(of: library)?.path else { return stack.frames[...] }
        return stack.frames.drop { mapping(of: $0)?.path == own }
    }
}

/// The profiles that the processes of a run left in a folder.
struct ProfileFolder {
    let path: FilePath

    /// What is in such a folder.
    struct Content: Sendable {
        var profiles: [RawProfile] = []
        /// Which could not be read, and why.
        var failures: [String] = []
    }

    /// Reads all profiles.
    func read() -> Content {
        var found = Content()
        for name in FileReading.names(in: path).filter({ $0.hasPrefix("profile.") }).sorted() {
            do {
                let content = try FileReading.bytes(of: path.appending(name), limit: RawProfile.byteLimit)
                found.profiles.append(try RawProfile(content))
            } catch {
                found.failures.append("cannot read the profile of process \(name.split(separator: ".")[1]): \(error)")
            }
        }
        return found
    }
}

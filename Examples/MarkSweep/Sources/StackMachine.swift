import PageHeap

/// A machine whose data are numbers and lists. The values on its stack are the roots of its heap, because a program can
/// reach all pairs through them.
public struct StackMachine {
    public let heap: PairHeap

    public init() throws(PageHeapError) { heap = try PairHeap() }

    /// Runs a program until it goes beyond its last instruction.
    ///
    /// - Returns: the stack, the top last.
    public func run(_ program: [Instruction]) throws(MachineError) -> [Value] {
        heap.roots = []
        var place = 0
        while place != program.count {
            guard program.indices.contains(place) else { throw .noSuchInstruction(place) }
            let next = try execute(program[place], at: place) ?? place + 1
            place = next
        }
        return heap.roots
    }

    /// Executes an instruction, and returns the place of the next one, or nil if it is the one that follows.
    private func execute(_ instruction: Instruction, at place: Int) throws(MachineError) -> Int? {
        switch instruction {
        case .push(let value):
            heap.roots.append(value)
        case .pair:
            // The heap keeps both values while it makes the pair.
            let (second, first) = (try pop(place), try pop(place))
            do {
                heap.roots.append(.pair(try heap.pair(first, second)))
            } catch {
                throw .heap(error)
            }
        case .first:
            heap.roots.append(heap.first(try popPair(place)))
        case .second:
            heap.roots.append(heap.second(try popPair(place)))
        case .add:
            guard case .number(let second) = try pop(place), case .number(let first) = try pop(place) else {
                throw .wrongOperand(instruction: place)
            }
            heap.roots.append(.number(first &+ second))
        case .copy(let depth):
            heap.roots.append(heap.roots[try index(depth, place)])
        case .replace(let depth):
            let index = try index(depth, place)
            heap.roots[index] = try pop(place)
        case .drop:
            _ = try pop(place)
        case .jump(let target):
            return target
        case .jumpIfOver(let target):
            let value = try pop(place)
            return value == .nothing || value == .number(0) ? target : nil
        }
        return nil
    }

    private func pop(_ place: Int) throws(MachineError) -> Value {
        guard let value = heap.roots.popLast() else { throw .wrongOperand(instruction: place) }
        return value
    }

    private func popPair(_ place: Int) throws(MachineError) -> Pair {
        guard case .pair(let pair) = try pop(place) else { throw .wrongOperand(instruction: place) }
        return pair
    }

    /// Returns the index of a value on the stack.
    private func index(_ depth: Int, _ place: Int) throws(MachineError) -> Int {
        let count = heap.roots.count
        guard depth >= 0, depth < count else { throw .wrongOperand(instruction: place) }
        return count - 1 - depth
    }
}

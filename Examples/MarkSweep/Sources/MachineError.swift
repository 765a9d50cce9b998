import PageHeap

/// The reason why a program stopped.
public enum MachineError: Error, Hashable, Sendable {
    /// An instruction found fewer values on the stack than it needs, or a value of another kind.
    case wrongOperand(instruction: Int)
    /// A jump led beyond the end of the program.
    case noSuchInstruction(Int)
    /// There was no memory for a pair.
    case heap(PageHeapError)
}

import PageHeap

/// Why a program stopped.
public enum MachineError: Error, Hashable, Sendable {
    /// There was less on the stack than an instruction needs, or something of another kind.
    case wrongOperand(instruction: Int)
    /// A jump beyond the program.
    case noSuchInstruction(Int)
    /// No memory for a pair.
    case heap(PageHeapError)
}

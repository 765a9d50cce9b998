/// An instruction of the ``StackMachine``. A place in the program is the number of an instruction, from 0; a place on
/// the stack counts from the top, which is 0.
public enum Instruction: Hashable, Sendable {
    /// Pushes a value.
    case push(Value)
    /// Pops the second, then the first; pushes a pair of them.
    case pair
    /// Pops a pair; pushes its first.
    case first
    /// Pops a pair; pushes its second.
    case second
    /// Pops two numbers; pushes their sum.
    case add
    /// Pushes a copy of a value on the stack.
    case copy(Int)
    /// Replaces a value further down by the top, and pops the top.
    case replace(Int)
    /// Pops the top.
    case drop
    /// Jumps to a place in the program.
    case jump(Int)
    /// Pops the top, and jumps to a place in the program if it was nothing or the number 0.
    case jumpIfOver(Int)
}

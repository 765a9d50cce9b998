/// What the ``StackMachine`` can do. Places in the program are numbers of instructions from its beginning; places on
/// the stack are counted from the top, which is 0.
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
    /// Pushes a value of the stack again.
    case copy(Int)
    /// Puts the top in the place of a value further down, and pops it.
    case replace(Int)
    /// Pops the top.
    case drop
    /// Goes on elsewhere.
    case jump(Int)
    /// Pops the top, and goes on elsewhere if it was nothing or the number 0.
    case jumpIfOver(Int)
}

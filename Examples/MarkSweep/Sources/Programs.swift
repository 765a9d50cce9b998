/// Programs for the ``StackMachine``.
public enum Programs {
    /// Returns a program that builds the list of the numbers from `count` down to 1, and sums it up.
    ///
    /// - Parameter count: 1 or more.
    /// - Returns: a program that leaves the list and the sum.
    public static func sum(of count: Int) -> [Instruction] {
        [
            // The list; the next number.
            .push(.nothing), .push(.number(count)),
            // 2: list and number become list' = (number, list) and number - 1.
            .copy(0), .copy(2), .pair, .replace(2), .push(.number(-1)), .add,
            .copy(0), .jumpIfOver(11), .jump(2),
            // 11: the number, 0, is the sum so far; then what is left of the list.
            .copy(1),
            // 12: list, sum, rest.
            .copy(0), .jumpIfOver(21), .copy(0), .first, .copy(2), .add, .replace(2), .second, .jump(12),
            // 21: list, sum, nothing.
            .drop,
        ]
    }
}

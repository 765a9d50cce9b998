import MarkSweep
import PageHeap
import Testing

@Suite("Example: a stack machine on a collected heap")
struct StackMachineTests {
    @Test("A list is built and summed up, with many collections on the way", arguments: [1, 2, 100, 50_000])
    func sum(_ count: Int) throws {
        let machine = try StackMachine()
        let stack = try machine.run(Programs.sum(of: count))
        #expect(stack.count == 2 && stack.last == .number(count * (count + 1) / 2))
        #expect(machine.heap.pairCount == count)
        #expect((machine.heap.collections > 2) == (count == 50_000))
    }

    @Test("Garbage does not pile up")
    func garbage() throws {
        let machine = try StackMachine()
        // A hundred thousand pairs that cannot be reached.
        let stack = try machine.run([
            .push(.number(100_000)), .push(.nothing), .push(.nothing), .pair, .drop, .push(.number(-1)), .add, .copy(0),
            .jumpIfOver(10), .jump(1),
        ])
        #expect(stack == [.number(0)])
        #expect(machine.heap.pairCount <= 4096 && machine.heap.collections >= 20)
        #expect(machine.heap.pages.statistics.inUseByteCount <= 1 << 20)
    }

    @Test(
        "A wrong program stops at the wrong instruction",
        arguments: [
            ([.pair], .wrongOperand(instruction: 0)), ([.push(.number(1)), .first], .wrongOperand(instruction: 1)),
            ([.push(.nothing), .push(.number(1)), .add], .wrongOperand(instruction: 2)),
            ([.copy(0)], .wrongOperand(instruction: 0)), ([.push(.nothing), .copy(-1)], .wrongOperand(instruction: 1)),
            ([.jump(7)], .noSuchInstruction(7)), ([.jump(-1)], .noSuchInstruction(-1)),
        ] as [([Instruction], MachineError)])
    func wrong(_ program: [Instruction], _ error: MachineError) throws {
        let machine = try StackMachine()
        #expect(throws: error) { try machine.run(program) }
    }
}

import PageHeapCore
import PageHeapSimulation
import Testing

/// The simulated system keeps the states of memory, and notes what a real system would punish.
struct SimulatedOperatingSystemTests {
    private let megabyte = ByteCount(1 << 20)

    @Test func addressSpaceIsAlignedAndLimited() throws {
        var machine = SimulatedMachine()
        machine.addressSpace = ByteCount(100 << 20)
        let system = SimulatedOperatingSystem(machine)
        let first = try #require(system.reserve(megabyte, alignment: 4096))
        let second = try #require(system.reserve(megabyte * 64, alignment: megabyte * 64))
        #expect(first == machine.firstAddress && second % (64 << 20) == 0 && second > first)
        #expect(system.reserve(megabyte * 36, alignment: 4096) == nil)
        system.cancel(second, megabyte * 64)
        #expect(system.reserve(megabyte * 36, alignment: 4096) == first + 1 << 20)
        #expect(system.reservedBytes == megabyte * 37)
    }

    @Test func memoryGoesThroughItsStates() throws {
        let system = SimulatedOperatingSystem()
        let address = try #require(system.reserve(megabyte, alignment: 4096))
        #expect(system.makeAccessible(address, 8192))
        #expect(system.touch(address, 1) == 1 && system.touch(address + 4095, 2) == 1)
        #expect(system.residentBytes == 8192 && system.faults == 2)
        #expect(system.release(address, 4096, method: .now) == 0)
        #expect(system.residentBytes == 4096)
        system.cancel(address, megabyte)
        #expect(system.residentBytes == 0 && system.violations == [])
    }

    @Test func wrongTransitionsAreNoted() throws {
        let system = SimulatedOperatingSystem()
        let address = try #require(system.reserve(megabyte, alignment: 4096))
        system.touch(address, 1)
        _ = system.release(address, 4096, method: .now)
        _ = system.makeAccessible(address + megabyte.rawValue, 4096)
        system.cancel(address, megabyte * 2)
        _ = system.makeAccessible(address + 1, 4096)
        #expect(
            system.violations == [
                .touchedInaccessible(address: address, bytes: 1),
                .releasedInaccessible(address: address, bytes: 4096),
                .madeUnreservedAccessible(address: address + megabyte.rawValue, bytes: 4096),
                .cancelledUnreserved(address: address, bytes: 2 << 20),
                .unaligned(address: address + 1, bytes: 4096),
            ])
    }

    @Test func clocksMoveWhenTheyAreTold() throws {
        var machine = SimulatedMachine()
        machine.releaseNanosecondsPerPage = 250
        let system = SimulatedOperatingSystem(machine)
        system.advance(nanoseconds: 1000)
        system.work(nanoseconds: 10)
        #expect(system.monotonicNanoseconds() == 1010 && system.threadProcessorNanoseconds() == 10)
        let address = try #require(system.reserve(megabyte, alignment: 4096))
        #expect(system.makeAccessible(address, megabyte))
        #expect(system.release(address, 16384, method: .now) == 0)
        #expect(system.threadProcessorNanoseconds() == 1010)
    }

    @Test func callsAreRecordedAndRefused() {
        let system = RecordingOperatingSystem(
            FailingOperatingSystem(SimulatedOperatingSystem(), FailurePlan(.reserve, call: 2)))
        let base = SimulatedMachine().firstAddress
        #expect(system.reserve(4096, alignment: 4096) == base)
        #expect(system.reserve(4096, alignment: 4096) == nil)
        #expect(system.reserve(8192, alignment: 8192) == base + 8192)
        #expect(
            system.calls == [
                .reserve(bytes: 4096, alignment: 4096, address: base),
                .reserve(bytes: 4096, alignment: 4096, address: nil),
                .reserve(bytes: 8192, alignment: 8192, address: base + 8192),
            ])
        #expect(system.calls(.release) == [])
    }
}

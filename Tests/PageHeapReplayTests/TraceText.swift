import PageHeapReplay
import PageHeapTrace

/// Texts in the formats of other tools, and their events.
enum TraceText {
    static let rep = "2000\n3\n6\n1\na 0 512\na 1 128\nr 0 640\nf 1\nf -1\na 2 16\nf 0\n"

    static let mtrace = """
        = Start
        @ ./a.out:(main+0x1a)[0x401136] + 0x5581f2c0 0x40
        @ /a folder/with + 0x1 in it:[0x7f12] + 0x5581f310 0x8
        @ ./a.out:[0x401150] < 0x5581f2c0
        @ ./a.out:[0x401150] > 0x5581f400 0x100
        @ ./a.out:[0x401150] ! 0x5581f400 0xffffffffff
        @ ./a.out:[0x401170] - 0x5581f310
        + 0x10 0
        = End

        """

    static let logalloc = """
        18545 18545 malloc(32)=0x7f90495120e0
        18545 18546 calloc(2,148)=0x7f9049537480
        18545 18545 realloc(0x7f90495120e0,64)=0x7f9049536680
        18545 18546 posix_memalign(256,240)=0x7f9049583300
        18545 18545 jemalloc_stats()
        18546 18546 malloc(99)=0x1
        18545 18545 realloc(0x0,5)=#7
        18545 18545 moz_arena_malloc(0x3,17)=#8
        18545 18545 malloc(1000000000000)=0x0
        18545 18545 free(0x7f9049536680)
        18545 18545 free(0x0)
        18545 18545 realloc(#7,0)=0x0

        """

    static let heaptrack = """
        v 10400 3
        x /usr/bin/program with blanks
        X ./program
        I 1000 7f0000
        t 401136 0
        + 40 1 5581f2c0
        c a
        + 8 1 5581f310
        - 5581f2c0
        R 3e8
        c 14
        - 5581f310

        """

    static let interpreted = """
        v 10400 3
        X ./program
        s main
        a 40 1
        + 0
        + 0
        a 100 2
        c a
        + 1
        - 0
        - 1
        - 1

        """

    static let all = [rep, mtrace, logalloc, heaptrack, interpreted]

    /// The events of a text, whose format is recognised.
    static func events(
        _ text: [UInt8], eventsPerSecond: Double = 1e6, process: UInt64? = nil
    ) throws(TraceError) -> [AllocationEvent] {
        let input = TraceInput(text)
        let format = try TraceFormat(of: try input.beginning())
        var source = format.events(
            input, eventsPerSecond: eventsPerSecond, process: process, processes: ProcessList())
        var events: [AllocationEvent] = []
        while let event = try source.next() { events.append(event) }
        return events
    }
}

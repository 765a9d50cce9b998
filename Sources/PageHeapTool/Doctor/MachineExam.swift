import CPageHeap
import Glibc
import PageHeapCore
import SystemPackage

/// Looks at what of the machine matters to PageHeap.
struct MachineExam: Sendable {
    /// The folder that stands for the root of the file system; `/`, except in tests.
    var root: FilePath = "/"
    var pageBytes = UInt64(getpagesize())
    var hasMembarrier = pageheap_membarrier_register()
    /// The limit on address space in bytes; nil if there is none.
    var addressSpaceLimit = Self.addressSpaceLimit()

    var findings: [Finding] {
        [pages, hugePages, overcommit, mappings, addressSpace] + surroundings + [
            membarrier, filter, SystemPreload(root: root).finding,
        ]
    }

    private static func addressSpaceLimit() -> UInt64? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != .max else {
            return nil
        }
        return UInt64(limit.rlim_cur)
    }

    private func text(_ path: String) -> String? {
        FileReading.text(of: root.appending(path)).map { String($0.prefix { $0 != "\n" }) }
    }

    private var pages: Finding {
        let size = ByteCount(pageBytes)
        return pageBytes <= 8192
            ? Finding(topic: "page size", verdict: .good, sentence: "The system's pages have \(size).")
            : Finding(
                topic: "page size", verdict: .note,
                sentence:
                    "The system's pages have \(size): memory goes back in pieces of that size, so less of it does.")
    }

    private var hugePages: Finding {
        let topic = "huge pages"
        guard let modes = text("sys/kernel/mm/transparent_hugepage/enabled") else {
            return Finding(topic: topic, verdict: .good, sentence: "The system has no transparent huge pages.")
        }
        if modes.contains("[always]") {
            return Finding(
                topic: topic, verdict: .note,
                sentence:
                    "The system uses huge pages unasked: programs are faster, and what is freed of a huge page costs "
                    + "more to give back. PAGEHEAP_HUGE_PAGES=never keeps the heap on small pages.")
        }
        return Finding(
            topic: topic, verdict: .good, sentence: "The system uses huge pages only if asked, or never.")
    }

    private var overcommit: Finding {
        let topic = "overcommit"
        if text("proc/sys/vm/overcommit_memory") == "2" {
            return Finding(
                topic: topic, verdict: .note,
                sentence:
                    "The system counts memory strictly (vm.overcommit_memory is 2): what a heap makes accessible ahead "
                    + "of use, an eighth of its size, counts against the limit.")
        }
        return Finding(
            topic: topic, verdict: .good, sentence: "Memory counts when it is used, not when it is reserved.")
    }

    private var mappings: Finding {
        let (topic, usual) = ("mappings", 65_530)
        guard let limit = text("proc/sys/vm/max_map_count").flatMap({ Int($0) }) else {
            return Finding(topic: topic, verdict: .good, sentence: "The system states no limit on mappings.")
        }
        return limit >= usual
            ? Finding(topic: topic, verdict: .good, sentence: "A process may have \(limit) mappings.")
            : Finding(
                topic: topic, verdict: .note,
                sentence:
                    "A process may have only \(limit) mappings (vm.max_map_count; \(usual) are usual). A heap that "
                    + "grows large blocks uses up to \(Tunables.movedBlockLimit) for them.")
    }

    private var addressSpace: Finding {
        let topic = "address space"
        guard let limit = addressSpaceLimit else {
            return Finding(topic: topic, verdict: .good, sentence: "Address space is not limited.")
        }
        return Finding(
            topic: topic, verdict: .note,
            sentence:
                "Address space is limited to \(ByteCount(limit)) (ulimit -v): the heap reserves less at a time, and "
                + "counts what it reserves against that.")
    }

    /// The memory limit, the processors and the pressure interface.
    private var surroundings: [Finding] {
        let found = root.withPlatformString { HostOperatingSystem.surroundings(in: root == "/" ? nil : $0) }
        return [memoryLimit(found), processors(found), pressure(found)]
    }

    private func memoryLimit(_ found: Surroundings?) -> Finding {
        guard let limit = found?.limit else {
            return Finding(
                topic: "memory limit", verdict: .good,
                sentence: "No control group limits memory. PAGEHEAP_MEMORY_LIMIT sets a soft limit.")
        }
        let (most, left) = (ByteCount(UInt64(limit.limit.rawValue)), ByteCount(UInt64(max(limit.left, 0))))
        return Finding(
            topic: "memory limit", verdict: .good,
            sentence: "The control group may use \(most), of which \(left) is left. The heap keeps to that unasked; "
                + "PAGEHEAP_MEMORY_LIMIT=none turns that off.")
    }

    private func processors(_ found: Surroundings?) -> Finding {
        guard let quota = found?.processorQuota else {
            return Finding(
                topic: "processors", verdict: .good,
                sentence: "No quota limits CPU time. The background worker may use one percent of all processors' time."
            )
        }
        return Finding(
            topic: "processors", verdict: .good,
            sentence:
                "The control group may use \(quota) processors. The background worker may use one percent of their "
                + "time.")
    }

    private func pressure(_ found: Surroundings?) -> Finding {
        found?.stalledNanoseconds != nil
            ? Finding(
                topic: "memory pressure", verdict: .good,
                sentence: "The system says when tasks wait for memory; then the heap gives back all that it can.")
            : Finding(
                topic: "memory pressure", verdict: .note,
                sentence:
                    "The system does not say when tasks wait for memory (no PSI), so the heap does not react to that.")
    }

    private var membarrier: Finding {
        hasMembarrier
            ? Finding(
                topic: "membarrier", verdict: .good, sentence: "Caches of sleeping threads are given back, too.")
            : Finding(
                topic: "membarrier", verdict: .note,
                sentence: "The system refuses membarrier: what is in caches of sleeping threads stays there.")
    }

    private var filter: Finding {
        ProcessStatus(of: root.appending("proc/self"))?.isFiltered == true
            ? Finding(
                topic: "system calls", verdict: .note,
                sentence: "System calls are filtered here (seccomp). The heap does without those that are refused; "
                    + "Documentation/system-calls.md says what then is missing.")
            : Finding(topic: "system calls", verdict: .good, sentence: "System calls are not filtered.")
    }
}

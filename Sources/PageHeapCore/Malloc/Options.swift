import CPageHeap

/// The options of the malloc library: environment variables that begin with `PAGEHEAP_`. They are named, parsed and
/// checked only here.
///
/// | variable | values | default |
/// | --- | --- | --- |
/// | `PAGEHEAP_RETAIN_PERCENT` | 0 to 100: retained on top of the estimated need | 10 |
/// | `PAGEHEAP_MEMORY_LIMIT` | bytes, also with K, M, G or T, or `none`: the most to have from the system | the container's |
/// | `PAGEHEAP_HARD_LIMIT` | bytes as above, or `none`: beyond it, requests are refused | `none` |
/// | `PAGEHEAP_SCAVENGE_PERCENT` | 0.1 to 100: of the CPU time that the process may use, for the background worker | 1 |
/// | `PAGEHEAP_PACER` | `budget`, `controller` or `average`: how the worker is paced | `budget` |
/// | `PAGEHEAP_RELEASE` | `now` (resident memory falls at once) or `lazy` (when the system needs it) | `now` |
/// | `PAGEHEAP_SCAVENGER` | `on`: a thread, while there is memory to release; `caller`: the program's own calls; `off` | `on` |
/// | `PAGEHEAP_HUGE_PAGES` | `system` (if it uses them unasked), `growth` (also when a large heap grows), `never` | `system` |
/// | `PAGEHEAP_HARDENING` | `0`, `1` or `2`: which wrong uses are caught, see Documentation/hardening.md | `0` |
/// | `PAGEHEAP_GUARD_INTERVAL` | 0 to 1000000000: the mean requests from one guarded block to the next, at level 2; 0 for none | `1000` |
/// | `PAGEHEAP_SCAVTRACE` | `0`, `1` or `json`: a line on standard error for each generation | `0` |
/// | `PAGEHEAP_SYSTEM_ROOT` | for tests: a folder that stands for `/` when the container's limits are read | `/` |
/// | `PAGEHEAP_STATISTICS_DIRECTORY` | a folder for the statistics page; set by `pageheap run` | none |
/// | `PAGEHEAP_STATISTICS_KEEP` | `0` or `1`: whether its file stays when the process ends; set by `pageheap run`; needs the former | `0` |
/// | `PAGEHEAP_SAMPLE_BYTES` | bytes as above, at most 1T: the mean distance of two sampled allocations; 0 for none | 0; `512K` with the next |
/// | `PAGEHEAP_PROFILE_DIRECTORY` | a folder for a profile of the sampled allocations, written at exit; set by `pageheap run` | none |
/// | `PAGEHEAP_CONTROL` | `0` or `1`: whether the process serves requests of the command `pageheap`; needs `PAGEHEAP_STATISTICS_DIRECTORY` | `0` |
///
/// Unknown and malformed options, and those that do nothing without another one, are reported once, on standard error, and
/// ignored; see ``pageheap_hide_variable``. So is a folder for files in which none can be made.
package struct Options {
    package var configuration = HeapConfiguration()
    package var hardening = HardeningLevel.unhardened
    /// The mean number of requests from one guarded block to the next at hardening level 2; 0 for none.
    package var guardInterval = Tunables.guardInterval
    package var statisticsDirectory: UnsafePointer<CChar>?
    /// The variable that names it; nil if a process that started this one has reported it.
    private var statisticsEntry: UnsafePointer<CChar>?
    /// Whether the statistics page's file stays when the process ends.
    package var keepsStatisticsFile = false
    /// The folder for profiles of sampled allocations.
    package var profileDirectory: UnsafePointer<CChar>?
    private var profileEntry: UnsafePointer<CChar>?
    private var sampleBytes: UInt64?
    /// The folder that stands for the root of the file system, for tests.
    package var systemRoot: UnsafePointer<CChar>?

    /// How often allocations are sampled.
    package var samples: SampleRate {
        SampleRate(meanBytes: sampleBytes ?? (profileDirectory == nil ? 0 : Tunables.sampleBytes))
    }

    /// Whether a name that begins like an option belongs to the project's own tests and tools.
    private static func isToolsOwn(_ name: TextSlice) -> Bool {
        name == "VECTORS" || name == "SEED" || name == "OPERATIONS" || name == "SHRINK"
    }

    /// Reads the options from an environment.
    ///
    /// - Parameter environment: `NAME=value` strings, ended by a null pointer; nil if the environment must not be read.
    package init(environment: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
        guard let environment else { return }
        var guardIntervalEntry: UnsafePointer<CChar>?
        var controlEntry: UnsafePointer<CChar>?
        var keepEntry: UnsafePointer<CChar>?
        var index = 0
        while let entry = environment[index] {
            index += 1
            guard let rest = TextSlice.remainder(of: entry, after: "PAGEHEAP_"), let equals = rest.position(of: 61)
            else { continue }
            let name = TextSlice(start: rest.start, count: equals)
            if let problem = take(name, value: rest.start + equals + 1) {
                ignore(entry, problem)
            } else if name == "GUARD_INTERVAL" {
                guardIntervalEntry = entry
            } else if name == "CONTROL" {
                controlEntry = entry
            } else if name == "STATISTICS_KEEP" {
                keepEntry = entry
            } else if name == "PROFILE_DIRECTORY" {
                profileEntry = entry
            } else if name == "STATISTICS_DIRECTORY" {
                statisticsEntry = entry
            }
        }
        if statisticsDirectory == nil { statisticsDirectory = Self.statisticsDirectory(in: environment) }
        if let guardIntervalEntry, hardening != .full {
            ignore(guardIntervalEntry, "needs PAGEHEAP_HARDENING=2 as well")
        }
        if let controlEntry, configuration.servesControl && statisticsDirectory == nil {
            configuration.servesControl = false
            ignore(controlEntry, Self.needsDirectory)
        }
        if let keepEntry, keepsStatisticsFile && statisticsDirectory == nil {
            keepsStatisticsFile = false
            ignore(keepEntry, Self.needsDirectory)
        }
    }

    /// The folder for the statistics page that an environment names, also one that was reported: it may be there by now. Used in
    /// the child of a fork, which reads no other option again.
    ///
    /// - Parameter environment: `NAME=value` strings, ended by a null pointer; nil for none.
    /// - Returns: the path; nil if there is none.
    package static func statisticsDirectory(
        in environment: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) -> UnsafePointer<CChar>? {
        value(of: "PAGEHEAP_STATISTICS_DIRECTORY=", in: environment)
            ?? value(of: "pageheap_STATISTICS_DIRECTORY=", in: environment)
    }

    /// Whether the heap begins with the process, also if that never allocates: the environment names a folder for files about
    /// it, or asks for reports with call stacks, which have to be prepared before the first request.
    ///
    /// - Parameter environment: as above.
    package static func beginsAtOnce(in environment: UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Bool {
        statisticsDirectory(in: environment) != nil
            || value(of: "PAGEHEAP_PROFILE_DIRECTORY=", in: environment) != nil
            || value(of: "PAGEHEAP_HARDENING=", in: environment).map { TextSlice(cString: $0) == "2" } ?? false
    }

    private static func value(
        of variable: StaticString, in environment: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) -> UnsafePointer<CChar>? {
        guard let environment else { return nil }
        var index = 0
        while let entry = environment[index] {
            index += 1
            if let value = TextSlice.remainder(of: entry, after: variable), value.count > 0 {
                return value.start
            }
        }
        return nil
    }

    private static var needsDirectory: StaticString { "needs PAGEHEAP_STATISTICS_DIRECTORY as well" }
    private static var takesLimit: StaticString { "takes bytes, such as 536870912, 512M or 2GiB, or none" }

    /// Reads a limit: bytes, or 0 for none; nil if the text is neither.
    private static func limit(_ text: TextSlice) -> ByteCount? { text == "none" ? 0 : text.byteCount }

    /// Sets one option.
    ///
    /// - Parameters:
    ///   - name: the variable's name without `PAGEHEAP_`.
    ///   - value: the value; must outlive the options if it is a path.
    /// - Returns: nil if the option was set; otherwise a text that says what is accepted.
    package mutating func take(_ name: TextSlice, value: UnsafePointer<CChar>) -> StaticString? {
        let text = TextSlice(cString: value)
        if name == "RETAIN_PERCENT" {
            guard let percent = text.decimal, percent <= Tunables.retainExtraPercentLimit else {
                return "takes 0 to 100"
            }
            configuration.retainExtraPercent = percent
        } else if name == "MEMORY_LIMIT" {
            guard let limit = Self.limit(text) else { return Self.takesLimit }
            configuration.memoryLimit = limit == 0 ? nil : limit
            configuration.followsContainerLimit = limit != 0
        } else if name == "HARD_LIMIT" {
            guard let limit = Self.limit(text) else { return Self.takesLimit }
            configuration.hardLimit = limit == 0 ? nil : limit
        } else if name == "SCAVENGE_PERCENT" {
            guard let share = text.thousandths.map({ Double($0) / 100_000 }),
                share >= Tunables.scavengeShareMinimum && share <= Tunables.scavengeShareLimit
            else { return "takes 0.1 to 100" }
            configuration.scavengeShare = share
        } else if name == "PACER" {
            guard text == "budget" || text == "controller" || text == "average" else {
                return "takes budget, controller or average"
            }
            configuration.pacer = text == "budget" ? .budget : text == "average" ? .movingAverage : .controller
        } else if name == "RELEASE" {
            guard text == "now" || text == "lazy" else { return "takes now or lazy" }
            configuration.releaseMethod = text == "lazy" ? .lazily : .now
        } else if name == "SCAVENGER" {
            guard text == "on" || text == "caller" || text == "off" else { return "takes on, caller or off" }
            configuration.runsWorker = !(text == "off")
            configuration.releasesInCallers = text == "caller"
        } else if name == "HARDENING" {
            guard text == "0" || text == "1" || text == "2" else { return "takes 0, 1 or 2" }
            hardening = text == "0" ? .unhardened : text == "1" ? .checksFrees : .full
        } else if name == "GUARD_INTERVAL" {
            guard let interval = text.decimal, UInt64(interval) <= Tunables.guardIntervalLimit else {
                return "takes 0 to 1000000000 requests"
            }
            guardInterval = UInt64(interval)
        } else if name == "HUGE_PAGES" {
            guard text == "system" || text == "growth" || text == "never" else {
                return "takes system, growth or never"
            }
            configuration.hugePages = text == "system" ? .system : text == "growth" ? .growth : .never
        } else if name == "SCAVTRACE" {
            guard text == "0" || text == "1" || text == "json" else { return "takes 0, 1 or json" }
            configuration.trace = text == "0" ? .none : text == "1" ? .text : .json
        } else if name == "SYSTEM_ROOT" {
            guard text.count > 0 else { return "takes the path of a folder" }
            systemRoot = value
        } else if name == "STATISTICS_DIRECTORY" {
            guard text.count > 0 else { return "takes the path of a folder" }
            statisticsDirectory = value
        } else if name == "STATISTICS_KEEP" {
            guard text == "0" || text == "1" else { return "takes 0 or 1" }
            keepsStatisticsFile = text == "1"
        } else if name == "SAMPLE_BYTES" {
            guard let bytes = text.byteCount.map({ UInt64($0.rawValue) }), bytes <= Tunables.sampleBytesLimit else {
                return "takes 0 to 1T bytes, such as 524288 or 512K"
            }
            sampleBytes = bytes
        } else if name == "PROFILE_DIRECTORY" {
            guard text.count > 0 else { return "takes the path of a folder" }
            profileDirectory = value
        } else if name == "CONTROL" {
            guard text == "0" || text == "1" else { return "takes 0 or 1" }
            configuration.servesControl = text == "1"
        } else if !Self.isToolsOwn(name) {
            return
                "is not an option; the options are PAGEHEAP_RETAIN_PERCENT, _MEMORY_LIMIT, _HARD_LIMIT, _SCAVENGE_PERCENT, _PACER, _RELEASE, _SCAVENGER, _HUGE_PAGES, _HARDENING, _GUARD_INTERVAL, _SCAVTRACE, _SAMPLE_BYTES, _STATISTICS_DIRECTORY, _STATISTICS_KEEP, _PROFILE_DIRECTORY and _CONTROL"
        }
        return nil
    }

    /// Reports the folder for the statistics page as ignored, with the reason, unless another process has done so.
    package func ignoreStatisticsDirectory(_ problem: UnsafePointer<CChar>) {
        if let statisticsEntry { ignore(statisticsEntry) { $0.append(problem, upTo: 200) } }
    }

    /// Reports the folder for profiles as ignored, with the reason.
    package mutating func ignoreProfileDirectory(_ problem: UnsafePointer<CChar>) {
        profileDirectory = nil
        if let profileEntry { ignore(profileEntry) { $0.append(problem, upTo: 200) } }
    }

    /// Reports an entry of the environment as ignored, with the reason.
    private func ignore(_ entry: UnsafePointer<CChar>, _ text: StaticString) {
        ignore(entry) { $0.append(text) }
    }

    private func ignore(_ entry: UnsafePointer<CChar>, _ appendReason: (inout MessageLine) -> Void) {
        var line = MessageLine()
        line.append("pageheap: ignored ")
        line.append(entry, upTo: 200)
        line.append(": ")
        appendReason(&line)
        line.writeToStandardError()
        pageheap_hide_variable(entry)  // once is enough, also for the programs that this one starts
    }
}

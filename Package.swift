// swift-tools-version: 6.2
import PackageDescription

/// Settings of every ordinary Swift target.
/// Debug builds check themselves: invariants, ranks of locks, bounds.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error), .define("PAGEHEAP_CHECKED", .when(configuration: .debug)),
]

/// The malloc library is one Embedded Swift module: the core (through a symbolic link in its folder) and the
/// entry points. `-no-allocations` makes any hidden allocation in the core a compile error, `-function-sections` lets
/// the linker leave out what nothing calls (parts of the embedded runtime that allocate), and `-O` keeps a debug build
/// usable as a malloc. Embedded Swift says of all functions that they throw nothing, and then writes no tables for unwinding;
/// with these, a profiler gets from malloc to who called it.
let embedded: [SwiftSetting] =
    [
        .treatAllWarnings(as: .error),
        .enableExperimentalFeature("Embedded"),
        .unsafeFlags(["-wmo", "-Xfrontend", "-no-allocations", "-Xfrontend", "-function-sections"]),
        // The static standard library has no part for Embedded Swift.
        .unsafeFlags(["-no-static-stdlib"]),
        .unsafeFlags(["-Xllvm", "-force-attribute=uwtable", "-Xllvm", "-force-remove-attribute=nounwind"]),
        .unsafeFlags(["-O"], .when(configuration: .debug)),
    ]

// The traits of this package for which targets need other packages.
let command: TargetDependencyCondition? = .when(traits: ["Command"])
let metrics: TargetDependencyCondition? = .when(traits: ["Metrics"])
let service: TargetDependencyCondition? = .when(traits: ["Service"])

let exportList = "\(Context.packageDirectory)/Sources/PageHeapMalloc/exports.map"

/// A target of the malloc library's sources.
func mallocLibrary(_ name: String, _ settings: [SwiftSetting]) -> Target {
    .target(
        name: name,
        dependencies: ["CPageHeap", "CPageHeapInterface", "CPageHeapMalloc"],
        exclude: ["exports.map", "imports.list", "PageHeapCore/README.md"],
        swiftSettings: settings,
        linkerSettings: [
            .unsafeFlags([
                "-use-ld=lld",
                "-Xlinker", "--version-script=\(exportList)",
                // malloc and free are Swift functions, of which the linker makes symbols of default visibility. Swift
                // itself would give them protected visibility, of which the dynamic linker warns under programs that fix
                // their addresses at link time, such as compilers.
                "-Xlinker", "--defsym=malloc=pageheap_entry_malloc",
                "-Xlinker", "--defsym=free=pageheap_entry_free",
                "-Xlinker", "--gc-sections",
                // Where the library begins when it is executed.
                "-Xlinker", "-e", "-Xlinker", "pageheap_executed",
                // The process still uses the library after dlclose: threads exit, and blocks are in use.
                "-Xlinker", "-z", "-Xlinker", "nodelete",
                // No symbol is looked up on the worker's thread, which the dynamic linker does not know.
                "-Xlinker", "-z", "-Xlinker", "now",
            ]),
            // Valgrind 3.19 gives up on the debug information of this toolchain, and with it on the program.
            .unsafeFlags(["-Xlinker", "--strip-debug"], .when(configuration: .release)),
        ])
}

/// The library that records what a program asks of its malloc: Embedded Swift for the same reasons. It lies before any malloc.
let recorderExports = "\(Context.packageDirectory)/Sources/PageHeapRecorder/exports.map"
let recorderLibrary: Target = .target(
    name: "PageHeapRecorder", dependencies: ["CPageHeapRecorder"], exclude: ["exports.map", "imports.list"],
    swiftSettings: embedded,
    linkerSettings: [
        .unsafeFlags([
            "-use-ld=lld",
            "-Xlinker", "--version-script=\(recorderExports)",
            "-Xlinker", "--defsym=malloc=pageheap_recorder_malloc",
            "-Xlinker", "--defsym=free=pageheap_recorder_free",
            "-Xlinker", "--gc-sections",
            "-Xlinker", "-z", "-Xlinker", "nodelete",
            "-Xlinker", "-z", "-Xlinker", "now",
        ]),
        .unsafeFlags(["-Xlinker", "--strip-debug"], .when(configuration: .release)),
    ])

let package = Package(
    name: "PageHeap",
    // InlineArray, which the core is made of, is in the standard library from there on.
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "PageHeap", targets: ["PageHeap"]),
        .library(name: "PageHeapMetrics", targets: ["PageHeapMetrics"]),
        .library(name: "PageHeapService", targets: ["PageHeapService"]),
        // Not named like the executable: of two products with one name, the package manager drops one in silence.
        .library(name: "pageheapmalloc", type: .dynamic, targets: ["PageHeapMalloc"]),
        // The same malloc, which checks itself: for tests, and for who suspects it.
        .library(name: "pageheapmalloc-checked", type: .dynamic, targets: ["PageHeapMallocChecked"]),
        // What `pageheap record` puts before the malloc of the programs that it records.
        .library(name: "pageheaprecord", type: .dynamic, targets: ["PageHeapRecorder"]),
        .executable(name: "pageheap", targets: ["PageHeapTool"]),
        .executable(name: "pageheap-launcher", targets: ["PageHeapLauncher"]),
        .executable(name: "pageheap-replayer", targets: ["PageHeapReplayer"]),
    ],
    // Who depends on this package fetches only what the traits need that it names: `traits: []` for the library alone.
    traits: [
        .default(enabledTraits: ["Command", "Metrics", "Service"]),
        .trait(name: "Command", description: "The command pageheap; on Linux"),
        .trait(name: "Metrics", description: "The product PageHeapMetrics: a heap's figures for swift-metrics"),
        .trait(
            name: "Service", description: "The product PageHeapService: a heap among a server's services",
            enabledTraits: ["Metrics"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        // For the command.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // For the products of those names.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CPageHeap", dependencies: ["CPageHeapInterface"]),
        // The malloc library's own C interface: the header, and nothing to link.
        .target(name: "CPageHeapInterface"),
        .target(
            name: "PageHeapCore", dependencies: ["CPageHeap", "CPageHeapInterface"], exclude: ["README.md"],
            swiftSettings: strict),
        // The one list of a heap's figures.
        .target(name: "PageHeapFigures", dependencies: ["CPageHeapInterface"], swiftSettings: strict),
        .target(
            name: "PageHeap",
            dependencies: [
                "PageHeapCore", "PageHeapFigures", "CPageHeap", "CPageHeapInterface",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            // Only to say how long a span lives; who uses the library needs no such setting.
            swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
        // A heap's figures for swift-metrics.
        .target(
            name: "PageHeapMetrics",
            dependencies: [
                "PageHeap", "PageHeapFigures",
                .product(name: "CoreMetrics", package: "swift-metrics", condition: metrics),
            ],
            swiftSettings: strict),
        // A heap among the services of a server.
        .target(
            name: "PageHeapService",
            dependencies: [
                "PageHeap", "PageHeapMetrics",
                .product(name: "CoreMetrics", package: "swift-metrics", condition: metrics),
                .product(name: "Logging", package: "swift-log", condition: service),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: service),
            ],
            swiftSettings: strict),
        .target(name: "PageHeapSimulation", dependencies: ["PageHeapCore", "CPageHeap"], swiftSettings: strict),
        // Traces of allocations: what an event is, and the format that `pageheap record` writes.
        .target(name: "PageHeapTrace", swiftSettings: strict),
        .target(name: "CPageHeapRecorder"),
        .target(name: "CPageHeapClock"),
        recorderLibrary,
        // Traces of other tools, and what a trace comes to on a simulated machine, under any settings.
        .target(
            name: "PageHeapReplay",
            dependencies: ["CPageHeap", "CPageHeapReplay", "PageHeapCore", "PageHeapSimulation", "PageHeapTrace"],
            swiftSettings: strict),
        // The small program that performs a trace under any malloc, and what the command tells it.
        .target(name: "CPageHeapReplay"),
        .executableTarget(name: "PageHeapReplayer", dependencies: ["CPageHeapReplay"]),
        .target(name: "CPageHeapMalloc", dependencies: ["CPageHeap", "CPageHeapInterface"]),
        mallocLibrary("PageHeapMalloc", embedded),
        // The same sources through a symbolic link, with all checks of themselves: slower, and no change of behaviour.
        mallocLibrary("PageHeapMallocChecked", embedded + [.define("PAGEHEAP_CHECKED")]),
        // The small program that executes others for the command, and what the two tell each other.
        .target(name: "CPageHeapLaunch"),
        .executableTarget(name: "PageHeapLauncher", dependencies: ["CPageHeapLaunch"]),
        // The server of `pageheap export`: HTTP with limits on what clients may cost, and no knowledge of figures.
        .target(
            name: "PageHeapExport",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio", condition: command),
                .product(name: "NIOPosix", package: "swift-nio", condition: command),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: command),
            ],
            swiftSettings: strict),
        // What the command asks of the kernel and Swift cannot say: files below another root, the pages of a process.
        .target(name: "CPageHeapTool"),
        .executableTarget(
            name: "PageHeapTool",
            dependencies: [
                "CPageHeap", "CPageHeapClock", "CPageHeapTool", "CPageHeapInterface", "CPageHeapLaunch",
                "CPageHeapReplay",
                "PageHeapCore", "PageHeapExport", "PageHeapFigures", "PageHeapReplay", "PageHeapTrace",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: command),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        // Compiles the core's sources into itself, as the malloc library does: what it measures is one optimised module.
        .executableTarget(
            name: "PageAllocatorBenchmark",
            dependencies: ["CPageHeap", "CPageHeapInterface"],
            path: "Benchmarks/PageAllocator",
            exclude: ["PageHeapCore/README.md"],
            swiftSettings: strict),
        // What the public library costs beside the core.
        .executableTarget(
            name: "LibraryBenchmark",
            dependencies: ["PageHeap", "PageHeapCore", .product(name: "SystemPackage", package: "swift-system")],
            path: "Benchmarks/Library",
            swiftSettings: strict),
        // An example: a collected heap that reports its cycles. Built and tested with all else.
        .target(
            name: "MarkSweep", dependencies: ["PageHeap"], path: "Examples/MarkSweep/Sources", swiftSettings: strict),
        .executableTarget(
            name: "MarkSweepExample",
            dependencies: ["MarkSweep", "PageHeap"],
            path: "Examples/MarkSweep/Command",
            swiftSettings: strict),
        .testTarget(
            name: "MarkSweepTests",
            dependencies: ["MarkSweep", "PageHeap"],
            path: "Examples/MarkSweep/Tests",
            swiftSettings: strict),
        // What at least two of the test targets use.
        .target(
            name: "TestSupport", dependencies: ["PageHeap", "PageHeapCore", "PageHeapSimulation"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "GoldenVectorsTests",
            dependencies: ["PageHeapCore", "PageHeapSimulation", "TestSupport"],
            exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapCoreTests",
            dependencies: [
                "CPageHeap", "CPageHeapInterface", "PageHeapCore", "PageHeapFigures", "PageHeapSimulation",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapTests",
            dependencies: [
                "CPageHeap", "CPageHeapInterface", "PageHeap", "PageHeapCore", "PageHeapFigures", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapMetricsTests",
            dependencies: [
                "CPageHeapInterface", "PageHeap", "PageHeapFigures", "PageHeapMetrics", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics", condition: metrics),
                .product(name: "MetricsTestKit", package: "swift-metrics", condition: metrics),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapServiceTests",
            dependencies: [
                "PageHeap", "PageHeapService", "TestSupport",
                .product(name: "InMemoryLogging", package: "swift-log", condition: service),
                .product(name: "Logging", package: "swift-log", condition: service),
                .product(name: "MetricsTestKit", package: "swift-metrics", condition: metrics),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: service),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle", condition: service),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapTraceTests", dependencies: ["PageHeapTrace", "PageHeapSimulation", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapToolTests",
            dependencies: [
                "PageHeapTool", "CPageHeap", "CPageHeapInterface", "CPageHeapTool", "PageHeapExport",
                "PageHeapFigures", "PageHeapReplay", "PageHeapSimulation", "PageHeapTrace", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio", condition: command),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PageHeapReplayTests",
            dependencies: [
                "CPageHeapReplay", "PageHeapReplay", "PageHeapCore", "PageHeapSimulation", "PageHeapTrace",
                "TestSupport",
            ],
            swiftSettings: strict),
        // What the black-box tests run under the malloc library to see what Swift code sees of it.
        .executableTarget(
            name: "ProcessMallocProgram", dependencies: ["PageHeap"], path: "Tests/ProcessMallocProgram",
            swiftSettings: strict),
        // Black-box tests of the command and of the malloc library: child processes only.
        .testTarget(
            name: "PageHeapMallocTests",
            dependencies: [
                "CPageHeap", "CPageHeapInterface", "PageHeapFigures", "PageHeapSimulation", "PageHeapTrace",
                "ProcessMallocProgram", "TestSupport",
            ],
            exclude: ["Programs"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

#if !os(Linux)
    // The malloc and the command are for Linux; the library is not.
    let forLinux: Set = [
        "CPageHeapMalloc", "PageHeapMalloc", "PageHeapMallocChecked", "PageHeapMallocTests", "PageHeapTool",
        "PageHeapToolTests", "CPageHeapLaunch", "PageHeapLauncher", "CPageHeapTool", "PageHeapExport",
        "ProcessMallocProgram", "PageHeapTrace", "PageHeapTraceTests", "CPageHeapClock", "CPageHeapRecorder",
        "PageHeapRecorder", "PageHeapReplay", "PageHeapReplayTests", "CPageHeapReplay", "PageHeapReplayer",
    ]
    package.targets.removeAll { forLinux.contains($0.name) }
    package.products.removeAll {
        [
            "pageheap", "pageheap-launcher", "pageheap-replayer", "pageheapmalloc", "pageheapmalloc-checked",
            "pageheaprecord",
        ].contains($0.name)
    }
#endif

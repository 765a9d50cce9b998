// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Server",
    dependencies: [
        // In your own package: .package(url: "…", from: "0.1.0", traits: ["Service"])
        .package(name: "PageHeap", path: "../..", traits: ["Service"]),
        // This example does not use its traits, and without them it builds sooner.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Runs on PageHeap's malloc: the dynamic product is linked.
        .executableTarget(
            name: "Server",
            dependencies: [
                .product(name: "pageheapmalloc", package: "PageHeap"),
                .product(name: "PageHeapMetrics", package: "PageHeap"),
                .product(name: "PageHeapService", package: "PageHeap"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // Shows where SwiftNIO's buffers are, and what its interface for allocators can and cannot do.
        .executableTarget(
            name: "ByteBuffers",
            dependencies: [
                .product(name: "pageheapmalloc", package: "PageHeap"),
                .product(name: "PageHeap", package: "PageHeap"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Linked",
    dependencies: [
        // In your own package: .package(url: "…", branch: "main", traits: [])
        .package(name: "PageHeap", path: "../..", traits: [])
    ],
    targets: [
        // Always runs on PageHeap's malloc: the dynamic product is linked.
        .executableTarget(
            name: "Linked", dependencies: ["Work", .product(name: "pageheapmalloc", package: "PageHeap")]),
        // Runs on PageHeap's malloc if it is preloaded.
        .executableTarget(name: "Preloaded", dependencies: ["Work"]),
        // The work of both. It needs `PageHeap` for the figures only.
        .target(name: "Work", dependencies: [.product(name: "PageHeap", package: "PageHeap")]),
    ],
    swiftLanguageModes: [.v6]
)

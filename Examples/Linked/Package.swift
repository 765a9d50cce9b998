// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Linked",
    dependencies: [
        // In your own package: .package(url: "…", branch: "main")
        .package(name: "PageHeap", path: "../..")
    ],
    targets: [
        // Runs on PageHeap's malloc wherever it is started: the dynamic product is linked.
        .executableTarget(
            name: "Linked", dependencies: ["Work", .product(name: "pageheapmalloc", package: "PageHeap")]),
        // Runs on PageHeap's malloc where LD_PRELOAD says so.
        .executableTarget(name: "Preloaded", dependencies: ["Work"]),
        // What both do: `PageHeap` is for the figures only.
        .target(name: "Work", dependencies: [.product(name: "PageHeap", package: "PageHeap")]),
    ],
    swiftLanguageModes: [.v6]
)

import SystemPackage

/// Finds the descendants of a process with the kernel's lists of children.
enum ProcessTree {
    /// Returns all current descendants, parents before their children; none if the kernel has no lists of children.
    ///
    /// - Parameter others: processes that are left out with all of their descendants.
    static func descendants(of process: Int32, without others: Set<Int32> = []) -> [Int32] {
        var known: Set<Int32> = []
        var found: [Int32] = []
        var unvisited = [process]
        while let next = unvisited.popLast() {
            for child in children(of: next) where !others.contains(child) && known.insert(child).inserted {
                found.append(child)
                unvisited.append(child)
            }
        }
        return found
    }

    /// Returns the children of a process. Each of its threads has a list of its own.
    private static func children(of process: Int32) -> [Int32] {
        let threads = FilePath("/proc/\(process)/task")
        return FileReading.names(in: threads).flatMap { thread in
            let list = FileReading.text(of: threads.appending(thread).appending("children")) ?? ""
            return list.split(separator: " ").compactMap { Int32($0) }
        }
    }
}

import Foundation
import PageHeap

extension ServerMemory {
    /// Keeps to nine tenths of what the container may have: stacks, code and the kernel's buffers need some, too.
    func stayWithinContainer() throws {
        let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)
        // "max" is no number, and no limit.
        guard let text, let bytes = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return }
        try malloc.setMemoryLimit(bytes / 10 * 9)
    }
}

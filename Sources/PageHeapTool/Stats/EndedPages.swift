import CPageHeap
import Glibc
import SystemPackage

/// The statistics pages that killed processes have left in a folder.
///
/// A process removes its page when it ends normally, but not when it is killed. `EndedPages` removes such a page if no process has the
/// page's identifier any more. A page also says in which namespace its identifier counts. Pages of other namespaces stay, because
/// containers number their processes on their own. A page says nothing at all if its process was killed while it made the page; it is
/// removed once it is so old that no process can be about to fill it.
struct EndedPages {
    /// How many pages of ended processes were removed.
    private(set) var removed = 0
    /// How many pages are of processes that live.
    private(set) var living = 0
    /// How many files of that name cannot be read: those of other users.
    private(set) var unreadable = 0
    /// How many are of other containers, of other versions, or no pages.
    private(set) var foreign = 0

    /// The age from which on an empty page is nobody's, in seconds. A process fills its page within microseconds.
    private static let mostSecondsEmpty = 60

    /// Removes the pages of ended processes from a folder.
    ///
    /// - Throws: a ``ToolError`` if there is no such folder, or a page cannot be removed.
    /// - Complexity: linear in the number of files.
    init(removedFrom folder: FilePath) throws {
        let descriptor: FileDescriptor
        do {
            descriptor = try .open(folder, .readOnly, options: [.directory, .closeOnExec])
        } catch {
            throw ToolError(.noInput, "cannot read the folder '\(folder)': \(error)")
        }
        try? descriptor.close()
        let own = Self.inode(FilePath("/proc/self/ns/pid"))
        for name in FileReading.names(in: folder) {
            guard let page = StatisticsFolder.PageName(name) else { continue }
            let path = folder.appending(name)
            guard
                let content = FileReading.beginning(
                    of: path.string, limit: MemoryLayout<pageheap_statistics_page>.size)
            else {
                // It may have gone meanwhile.
                var status = stat()
                if path.withPlatformString({ lstat($0, &status) }) == 0 { unreadable += 1 }
                continue
            }
            let isEmpty = content.allSatisfy { $0 == 0 } && Self.isOld(path)
            let header = Self.header(content)
            guard
                isEmpty
                    || own != 0 && header?.process_identifier == UInt32(page.process)
                        && header?.process_namespace == own
            else {
                foreign += 1
                continue
            }
            if kill(page.process, 0) == 0 || errno != ESRCH {
                living += 1
                continue
            }
            guard path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT else {
                throw ToolError(.inputOutput, "cannot remove '\(path)': \(Errno(rawValue: errno))")
            }
            removed += 1
        }
    }

    /// What a page says of itself; nil if the bytes are no page of this version.
    private static func header(_ content: [UInt8]) -> pageheap_statistics_page? {
        guard content.count == MemoryLayout<pageheap_statistics_page>.size else { return nil }
        let page = content.withUnsafeBytes { $0.loadUnaligned(as: pageheap_statistics_page.self) }
        return (try? StatisticsPage.checkStart(page)) == nil ? nil : page
    }

    private static func isOld(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
            && time(nil) - status.st_mtim.tv_sec > mostSecondsEmpty
    }

    private static func inode(_ path: FilePath) -> UInt64 {
        var status = stat()
        return path.withPlatformString { stat($0, &status) } == 0 ? UInt64(status.st_ino) : 0
    }

    /// One line that says what was done.
    var text: String {
        func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }
        var text = "removed \(files(removed)) of ended processes; \(living) of running ones"
        text += living == 1 ? " is left" : " are left"
        if unreadable > 0 { text += "; \(unreadable) cannot be read" }
        if foreign > 0 { text += "; \(foreign) of other containers or versions, or not PageHeap's" }
        return text
    }
}

import Glibc
import SystemPackage

/// The privileges that a program gains from its file when it is executed.
struct FilePrivileges: Hashable, Sendable {
    /// The user that the program runs as, if the file has the setuid bit.
    var setUser: uid_t?
    /// The group that the program runs as, if the file has the setgid bit.
    var setGroup: gid_t?
    var hasCapabilities = false
    /// Whether the file system is mounted `nosuid`, which disables all of these privileges.
    var isOnMountWithoutPrivileges = false
}

extension FilePrivileges {
    /// Reads the privileges of a file. There are none if its status cannot be read.
    init(of path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return }
        if status.st_mode & S_ISUID != 0 { setUser = status.st_uid }
        if status.st_mode & S_ISGID != 0, status.st_mode & S_IXGRP != 0 { setGroup = status.st_gid }
        if let attribute = SystemFunction.extendedAttribute() {
            hasCapabilities = path.withPlatformString { attribute($0, "security.capability", nil, 0) } > 0
        }
        var mount = statvfs()
        if path.withPlatformString({ statvfs($0, &mount) }) == 0 {
            let nosuid: UInt = 2  // ST_NOSUID
            isOnMountWithoutPrivileges = mount.f_flag & nosuid != 0
        }
    }
}

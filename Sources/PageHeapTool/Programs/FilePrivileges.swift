import Glibc
import SystemPackage

/// What a program's file grants to whoever executes it.
struct FilePrivileges: Hashable, Sendable {
    /// The user that it runs as, if its mode has the setuid bit.
    var setUser: uid_t?
    /// The group that it runs as, if its mode has the setgid bit.
    var setGroup: gid_t?
    var hasCapabilities = false
    /// The file system is mounted `nosuid`: nothing of this counts.
    var isOnMountWithoutPrivileges = false
}

extension FilePrivileges {
    /// Of a file that is there; nothing is granted by one that cannot be looked at.
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

import Glibc

/// Who the tool runs as, as far as that decides whether the loader will honour LD_PRELOAD.
struct Privileges: Hashable, Sendable {
    let user: uid_t
    let group: gid_t
    /// Programs gain nothing from their file's mode or capabilities (`no_new_privs`, as in many containers).
    let gainsNothing: Bool

    static func current() -> Privileges {
        let status = FileReading.text(of: "/proc/self/status") ?? ""
        return Privileges(user: getuid(), group: getgid(), gainsNothing: status.contains("NoNewPrivs:\t1"))
    }

    /// What a program would gain by being executed, in words; nil if nothing. The loader drops LD_PRELOAD then.
    func gain(from file: FilePrivileges) -> String? {
        if gainsNothing || file.isOnMountWithoutPrivileges { return nil }
        if let owner = file.setUser, owner != user { return "it runs as another user (setuid)" }
        if let owner = file.setGroup, owner != group { return "it runs as another group (setgid)" }
        if file.hasCapabilities, user != 0 { return "it has file capabilities" }
        return nil
    }
}

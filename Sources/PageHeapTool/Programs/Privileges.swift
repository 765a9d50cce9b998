import Glibc

/// The tool's own privileges, as far as they decide whether the loader honours LD_PRELOAD.
struct Privileges: Hashable, Sendable {
    let user: uid_t
    let group: gid_t
    /// Whether programs gain no privileges from their files (`no_new_privs`, as in many containers).
    let gainsNothing: Bool

    static func current() -> Privileges {
        Privileges(
            user: getuid(), group: getgid(), gainsNothing: ProcessStatus.own?.gainsNoPrivileges ?? false)
    }

    /// Those of a user who owns nothing.
    var ofAnotherUser: Privileges { Privileges(user: .max, group: .max, gainsNothing: gainsNothing) }

    /// Returns a text that says which privilege a program would gain from its file, so that the loader ignores
    /// LD_PRELOAD; nil if it would gain none.
    func gain(from file: FilePrivileges) -> String? {
        if gainsNothing || file.isOnMountWithoutPrivileges { return nil }
        if let owner = file.setUser, owner != user { return "it runs as another user (setuid)" }
        if let owner = file.setGroup, owner != group { return "it runs as another group (setgid)" }
        if file.hasCapabilities, user != 0 { return "it has file capabilities" }
        return nil
    }
}

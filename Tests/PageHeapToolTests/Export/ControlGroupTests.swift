import Testing

@testable import PageHeapTool

struct ControlGroupTests {
    private static let identifier = String(repeating: "0123456789abcdef", count: 4)
    private static let pod = "12345678-9abc-def0-1234-56789abcdef0"
    private static let podInSlice = "12345678_9abc_def0_1234_56789abcdef0"

    struct Case: Sendable {
        let path: String
        var unit: String?
        var container: String?
        var pod: String?
    }

    static let cases = [
        Case(path: "/"), Case(path: ""), Case(path: "/user.slice"),
        Case(path: "/system.slice/nginx.service", unit: "nginx.service"),
        Case(path: "/user.slice/user-1000.slice/session-3.scope", unit: "session-3.scope"),
        Case(
            path: "/user.slice/user-1000.slice/user@1000.service/app.slice/db\\x2done.service",
            unit: "db\\x2done.service"),
        Case(path: "/system.slice/_cgroup.service", unit: "cgroup.service"),
        Case(path: "/docker/\(identifier)", container: identifier),
        Case(path: "/system.slice/docker-\(identifier).scope", container: identifier),
        // systemd inside of a container.
        Case(path: "/docker/\(identifier)/system.slice/cron.service", unit: "cron.service", container: identifier),
        // A container in a container: the inner one.
        Case(path: "/docker/\(String(repeating: "f", count: 64))/docker/\(identifier)", container: identifier),
        Case(path: "/machine.slice/libpod-\(identifier).scope/container", container: identifier),
        Case(
            path: "/machine.slice/libpod-conmon-\(identifier).scope",
            unit: "libpod-conmon-\(identifier).scope"),
        Case(path: "/libpod_parent/libpod-\(identifier)", container: identifier),
        Case(path: "/system.slice/nerdctl-\(identifier).scope", container: identifier),
        Case(path: "/kubepods/burstable/pod\(pod)/\(identifier)", container: identifier, pod: pod),
        Case(path: "/kubepods/besteffort/pod\(pod)/crio-\(identifier)", container: identifier, pod: pod),
        Case(
            path: "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(podInSlice).slice/"
                + "cri-containerd-\(identifier).scope", container: identifier, pod: pod),
        Case(
            path: "/kubepods.slice/kubepods-pod\(podInSlice).slice/crio-\(identifier).scope", container: identifier,
            pod: pod),
        Case(
            path:
                "/system.slice/containerd.service/kubepods-burstable-pod\(podInSlice).slice:cri-containerd:\(identifier)",
            unit: "containerd.service", container: identifier, pod: pod),
        // A pod from a file, and the view of an exporter in a control group namespace.
        Case(
            path: "/../../pod0123456789abcdef0123456789abcdef/\(identifier)", container: identifier,
            pod: "0123456789abcdef0123456789abcdef"),
        Case(path: "/lxc.payload.mail/system.slice/exim4.service", unit: "exim4.service", container: "mail"),
        Case(path: "/ecs/0123456789abcdef/\(identifier)", container: identifier),
        Case(path: "/system.slice/pod-cleaner.service", unit: "pod-cleaner.service"),
        Case(path: "/docker/\(identifier.dropLast())"), Case(path: "/docker/\(identifier.uppercased())"),
        Case(path: "/podium/x-y.slice"), Case(path: "/kubepods-pod.slice"), Case(path: "/.scope", unit: ".scope"),
    ]

    @Test(arguments: cases) func namesAreFoundInPaths(each: Case) {
        let group = ControlGroup(path: each.path)
        #expect(group.unit == each.unit, "\(each.path)")
        #expect(group.container == each.container, "\(each.path)")
        #expect(group.pod == each.pod, "\(each.path)")
    }

    @Test func whatOneHierarchyDoesNotTellAnotherOneDoes() {
        let text = """
            12:memory:/docker/\(Self.identifier)
            3:cpu,cpuacct:/system.slice/other.service
            1:name=systemd:/system.slice/docker.service
            0::/
            broken
            """
        let group = ControlGroup(parsing: Array(text.utf8))
        #expect(group.unit == "docker.service")
        #expect(group.container == Self.identifier)
        #expect(ControlGroup(parsing: Array("0::/a:b/x:y.service".utf8)).unit == "x:y.service")
        #expect(ControlGroup(parsing: [0xff, 0x3a, 0x3a, 0xff]) == ControlGroup())
    }
}

/// Where a process belongs, as the names of its control groups tell: systemd and the container engines put it there.
struct ControlGroup: Hashable, Sendable {
    /// The innermost systemd service or scope that is not a container's, as `nginx.service`.
    var unit: String?
    /// The identifier of the innermost container.
    var container: String?
    /// The identifier of the Kubernetes pod.
    var pod: String?

    init() {}

    /// Parses the content of `/proc/PID/cgroup`. What one hierarchy does not tell, another one may: with version 1 there are
    /// many, and the engines do not use all of them.
    init(parsing content: [UInt8]) {
        var others: [ArraySlice<UInt8>] = []
        var first: [ArraySlice<UInt8>] = []
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            // The one hierarchy of version 2, and systemd's of version 1.
            let isFirst = fields[1].isEmpty || fields[1].elementsEqual("name=systemd".utf8)
            if isFirst { first.append(fields[2]) } else { others.append(fields[2]) }
        }
        for path in first + others {
            let found = ControlGroup(path: String(decoding: path, as: UTF8.self))
            unit = unit ?? found.unit
            container = container ?? found.container
            pod = pod ?? found.pod
        }
    }

    /// Reads the names along a path of control groups.
    init(path: String) {
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            // systemd writes an underscore before names that the kernel might use itself.
            let name = String(Substring(part.first == UInt8(ascii: "_") ? part.dropFirst() : part))
            if let pod = Self.pod(name) { self.pod = pod }
            if let container = Self.container(name) {
                self.container = container
            } else if name.hasSuffix(".service") || name.hasSuffix(".scope") {
                unit = name
            }
        }
    }

    /// Returns the container that a control group is of; nil if it is of none.
    ///
    /// Engines name the group after the identifier of 64 hexadecimal digits, mostly with a word before it: `docker-…`,
    /// `cri-containerd-…`, `crio-…`, `libpod-…`, `nerdctl-…`, and `.scope` after it if systemd made the group;
    /// `kubepods-….slice:cri-containerd:…` is written by containerd under a wrong setting. LXC has names instead.
    private static func container(_ name: String) -> String? {
        let stem = name.hasSuffix(".scope") ? name.dropLast(".scope".count) : name[...]
        let identifier = stem.utf8.suffix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
        let word = stem.utf8.dropLast(identifier.count)
        // A monitor beside the container, which has the container's identifier in its name, too.
        if String(word)?.hasSuffix("conmon-") == true { return nil }
        if identifier.count == 64, identifier.allSatisfy(isHexadecimal) { return String(identifier) }
        let containerOfLXC = "lxc.payload."
        return name.hasPrefix(containerOfLXC) ? String(name.dropFirst(containerOfLXC.count)) : nil
    }

    /// Returns the pod that a control group is of: `pod…` or `kubepods-burstable-pod….slice`, in which systemd has underscores
    /// for hyphens; nil if it is of none.
    private static func pod(_ name: String) -> String? {
        let slice = name.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard var text = String(slice) else { return nil }
        if text.hasSuffix(".slice") {
            guard text.hasPrefix("kubepods"), let start = text.firstRange(of: "-pod") else { return nil }
            text = text[start.upperBound...].dropLast(".slice".count).map { $0 == "_" ? "-" : String($0) }.joined()
        } else {
            guard text.hasPrefix("pod") else { return nil }
            text.removeFirst("pod".count)
        }
        // Pods from files have no hyphens.
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        return digits.count == 32 && digits.allSatisfy(isHexadecimal) ? text : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension BidirectionalCollection {
    /// Returns the longest end whose elements all satisfy a condition.
    fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
        self[(lastIndex { !condition($0) }.map { index(after: $0) } ?? startIndex)...]
    }
}

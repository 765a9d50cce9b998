/// What `/proc/PID/status` says of a process, as far as it is needed here.
struct ProcessStatus: Hashable, Sendable {
    /// The effective user, as the host numbers users.
    let user: UInt32
    /// The identifier that the process knows itself by, in its own namespace.
    let ownIdentifier: Int32?

    /// Parses the file's content. Returns nil if it names no user.
    init?(parsing content: [UInt8]) {
        var user: UInt32?
        var ownIdentifier: Int32?
        for line in content.split(separator: UInt8(ascii: "\n")) {
            // A name that looks like another line cannot do harm: the kernel writes line ends in it as `\n`.
            let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
            guard let name = words.first, words.count > 1 else { continue }
            if name.elementsEqual("Uid:".utf8), words.count > 2 {
                user = UInt32(String(decoding: words[2], as: UTF8.self))
            } else if name.elementsEqual("NSpid:".utf8) {
                ownIdentifier = words.last.flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
            }
        }
        guard let user else { return nil }
        self.user = user
        self.ownIdentifier = ownIdentifier
    }
}

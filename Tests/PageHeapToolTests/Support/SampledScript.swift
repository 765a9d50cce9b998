import TestSupport

/// A program for `pageheap run` that ends after a sample of it, however slow the machine is.
enum SampledScript {
    static let name = "sampled"

    /// Writes the program, and returns its path. Its argument is the identifier of the command's process.
    ///
    /// While a program runs, the command reads files for its samples only, and for a few processes less than 100 times for
    /// each. So it has taken a whole sample when it has read 200 times more.
    static func write(to folder: TemporaryFolder) throws -> String {
        let text = """
            #!/bin/sh
            reads() {
                while read -r key value; do
                    if [ "$key" = syscr: ]; then count=$value; fi
                done < "/proc/$1/io"
            }
            reads "$1"
            first=$count
            while [ $((count - first)) -lt 200 ]; do reads "$1"; done

            """
        return try folder.write(text, to: name, mode: 0o755)
    }
}

/// The lines that a process wrote, such as to standard error.
package func lines(of output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
}

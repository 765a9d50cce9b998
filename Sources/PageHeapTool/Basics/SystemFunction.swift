import Glibc

/// Functions of the C library that Swift's `Glibc` module does not import: variadic ones, and those of headers that it
/// leaves out. They are looked up by name.
enum SystemFunction {
    /// The type of `prctl`, with all five arguments. On all processors that Swift supports on Linux, a variadic C
    /// function takes integers like any other function.
    typealias ProcessControl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32

    /// The type of `getxattr`: path, attribute name, buffer, and buffer size. It returns the value's size or -1.
    typealias ExtendedAttribute =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int
        ) -> Int

    static func processControl() -> ProcessControl? { find("prctl", as: ProcessControl.self) }

    static func extendedAttribute() -> ExtendedAttribute? { find("getxattr", as: ExtendedAttribute.self) }

    /// Looks up a function. Returns nil if the library does not have it.
    private static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }
}

import Glibc

/// Functions of the C library that Swift's `Glibc` module does not show: those of variable arguments, and of headers
/// that it leaves out. They are looked up by name.
enum SystemFunction {
    /// `prctl` with all its five arguments. On the processors that Linux and Swift share, a C function of variable
    /// arguments takes whole numbers like any other.
    typealias ProcessControl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32

    /// `getxattr`: path, name of the attribute, where to put its value, room there; the value's size or -1.
    typealias ExtendedAttribute =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int
        ) -> Int

    static func processControl() -> ProcessControl? { find("prctl", as: ProcessControl.self) }

    static func extendedAttribute() -> ExtendedAttribute? { find("getxattr", as: ExtendedAttribute.self) }

    /// nil where the library has no such function.
    private static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }
}

#if canImport(Darwin)
    import CPageHeap

    extension HostOperatingSystem {
        package func noteUse(_ address: UInt, _ bytes: ByteCount) {
            guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return }
            // Where it fails, the process's footprint is said to be less than it is: no harm beyond that.
            _ = pageheap_reuse_range(pointer, bytes.rawValue)
        }
    }
#endif

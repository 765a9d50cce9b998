import Glibc
import SystemPackage

extension FilePath {
    /// The absolute path without symbolic links; nil if there is no such file.
    var resolved: FilePath? {
        guard let found = withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(found) }
        return FilePath(platformString: found)
    }

    /// The folder that a file is in: of a name alone, the working folder.
    var folder: FilePath {
        let folder = removingLastComponent()
        return folder.isEmpty ? "." : folder
    }

    /// As many links as Linux follows.
    private static let mostLinks = 40

    /// The file that writing here creates or replaces: without symbolic links, even if they lead to no file yet.
    var writePlace: FilePath {
        var place = self
        for _ in 0..<Self.mostLinks {
            if let resolved = place.resolved { return resolved }
            guard let target = place.linkTarget else { return place }
            place = place.removingLastComponent().pushing(target)
        }
        return self
    }

    /// What a symbolic link says; nil if this is none.
    private var linkTarget: FilePath? {
        let characters = [CChar](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            count = withPlatformString { max(0, readlink($0, target, buffer.count)) }
        }
        return characters.isEmpty ? nil : FilePath(platformString: characters + [0])
    }
}

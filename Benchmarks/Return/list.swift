// What list.py does, for machines without Python: 300,000 arrays of 1,000 bytes, all but the last dropped, ten seconds of
// sleep.
import Foundation

var objects = (0..<300_000).map { [UInt8](repeating: UInt8($0 & 255), count: 1000) }
objects.removeFirst(objects.count - 1)
objects = Array(objects)
Thread.sleep(forTimeInterval: 10)
print(objects[0].count)

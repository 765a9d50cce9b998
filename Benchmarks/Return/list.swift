// Does the work of list.py on machines without Python: makes 300,000 arrays of 1,000 bytes, drops all but the last one,
// and sleeps ten seconds.
import Foundation

var objects = (0..<300_000).map { [UInt8](repeating: UInt8($0 & 255), count: 1000) }
objects.removeFirst(objects.count - 1)
objects = Array(objects)
Thread.sleep(forTimeInterval: 10)
print(objects[0].count)

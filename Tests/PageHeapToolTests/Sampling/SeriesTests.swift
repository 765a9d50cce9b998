import Testing

@testable import PageHeapTool

struct SeriesTests {
    @Test func aSeriesThatFitsIsKeptWhole() {
        var series = SampleSeries(capacity: 8)
        for second in 0..<7 { series.append(.make(Double(second), 10)) }
        #expect(series.samples.map(\.seconds) == [0, 1, 2, 3, 4, 5, 6])
        #expect(series.stride == 1)
    }

    @Test func mergingKeepsPeaksEndsAndTheBound() {
        for peakAt in [0, 1, 37, 500, 998, 999] {
            var series = SampleSeries(capacity: 8)
            for second in 0..<1000 { series.append(.make(Double(second), second == peakAt ? 900 : 10)) }
            let samples = series.samples
            #expect(samples.count <= 8 + 3)
            #expect(samples.map(\.residentBytes).max() == ByteCount(900 << 20), "peak at \(peakAt)")
            #expect(samples.first?.seconds == 0)
            #expect(samples.last?.seconds == 999)
            #expect(samples.map(\.seconds) == samples.map(\.seconds).sorted())
            #expect(Set(samples.map(\.seconds)).count == samples.count)
        }
    }

    @Test func theIntegralIsTheAreaUnderStraightLines() {
        var integral = ResidentIntegral()
        integral.add(seconds: 1, bytes: ByteCount(100))
        integral.add(seconds: 3, bytes: ByteCount(300))
        integral.add(seconds: 4, bytes: ByteCount(0))
        // 100 + 400 + 150: 1 s at 100, 2 s at 200 in the mean, 1 s at 150 in the mean, 6 s at 0.
        #expect(integral.total(endingAt: 10) == 650.0)
        #expect(integral.mean(endingAt: 10) == ByteCount(65))
        #expect(integral.peak == ByteCount(300))
    }

    @Test func theMeanIsWeightedByTime() {
        var integral = ResidentIntegral()
        for step in 0...10 { integral.add(seconds: Double(step) * 0.001, bytes: ByteCount(1000)) }
        integral.add(seconds: 0.010, bytes: ByteCount(0))
        #expect(integral.mean(endingAt: 1) == ByteCount(10))
    }

    @Test func withoutSamplesThereIsNoMemory() {
        let integral = ResidentIntegral()
        #expect(integral.total(endingAt: 5) == nil)
        #expect(integral.mean(endingAt: 5) == nil)
    }

    @Test func oneSampleSaysNothingAboutTheMean() {
        var integral = ResidentIntegral()
        integral.add(seconds: 0.001, bytes: ByteCount(1000))
        #expect(integral.total(endingAt: 5) == nil)
        #expect(integral.mean(endingAt: 5) == nil)
        #expect(integral.peak == ByteCount(1000))
    }
}

import Testing

@testable import PageHeap

struct ConfigurationTests {
    @Test func anEnvironmentWithoutOptionsGivesTheDefaults() throws {
        #expect(try PagedHeap.Configuration(environment: [:]) == PagedHeap.Configuration())
        #expect(try PagedHeap.Configuration(environment: ["HOME": "/", "PAGEHEAPS": "1"]) == PagedHeap.Configuration())
    }

    @Test func everyVariableSetsItsProperty() throws {
        let configuration = try PagedHeap.Configuration(environment: [
            "PAGEHEAP_RETAIN_PERCENT": "25", "PAGEHEAP_MEMORY_LIMIT": "512M", "PAGEHEAP_HARD_LIMIT": "1G",
            "PAGEHEAP_SCAVENGE_PERCENT": "2.5",
            "PAGEHEAP_PACER": "average", "PAGEHEAP_RELEASE": "lazy", "PAGEHEAP_SCAVENGER": "off",
            "PAGEHEAP_HUGE_PAGES": "growth", "PAGEHEAP_HARDENING": "1",
            "PAGEHEAP_SCAVTRACE": "json", "PAGEHEAP_STATISTICS_DIRECTORY": "/tmp", "PAGEHEAP_SEED": "1",
        ])
        var expected = PagedHeap.Configuration()
        expected.retainExtraPercent = 25
        expected.memoryLimit = 512 << 20
        expected.hardLimit = 1 << 30
        expected.scavengePercent = 2.5
        expected.pacer = .average
        expected.release = .lazy
        expected.hugePages = .growth
        expected.releasesInBackground = false
        expected.trace = .json
        #expect(configuration == expected)
    }

    @Test func theContainersLimitCanBeTurnedOff() throws {
        let configuration = try PagedHeap.Configuration(environment: ["PAGEHEAP_MEMORY_LIMIT": "none"])
        #expect(configuration.memoryLimit == nil && !configuration.followsContainerLimit)
        #expect(PagedHeap.Configuration().followsContainerLimit)
    }

    @Test func theCoresConfigurationConvertsBack() throws {
        var configuration = PagedHeap.Configuration()
        configuration.retainExtraPercent = 0
        configuration.scavengePercent = 50
        configuration.pacer = .average
        configuration.release = .lazy
        configuration.hugePages = .never
        configuration.cycles = .runtime
        configuration.memoryLimit = 1 << 30
        configuration.followsContainerLimit = false
        configuration.hardLimit = 2 << 30
        configuration.trace = .text
        configuration.releasesInBackground = false
        #expect(PagedHeap.Configuration(try configuration.checked()) == configuration)
        #expect(PagedHeap.Configuration(try PagedHeap.Configuration().checked()) == PagedHeap.Configuration())
    }

    @Test(
        arguments: [
            ("RETAIN_PERCENT", "101", "takes 0 to 100"), ("RETAIN_PERCENT", "", "takes 0 to 100"),
            ("MEMORY_LIMIT", "64MB", "takes bytes, such as 536870912, 512M or 2GiB, or none"),
            ("SCAVENGE_PERCENT", "0", "takes 0.1 to 100"), ("PACER", "Average", "takes budget, controller or average"),
            ("RELEASE", "later", "takes now or lazy"), ("SCAVENGER", "1", "takes on, caller or off"),
            ("SCAVTRACE", "yes", "takes 0, 1 or json"), ("HUGE_PAGES", "on", "takes system, growth or never"),
        ])
    func anInvalidValueIsNamed(_ name: String, _ value: String, _ text: String) {
        #expect(throws: PageHeapError.invalidConfiguration("PAGEHEAP_\(name)=\(value): \(text)")) {
            try PagedHeap.Configuration(environment: ["PAGEHEAP_\(name)": value])
        }
    }

    @Test func theFirstOfSeveralInvalidVariablesIsNamed() throws {
        let error = #expect(throws: PageHeapError.self) {
            try PagedHeap.Configuration(environment: ["PAGEHEAP_SCAVENGER": "no", "PAGEHEAP_LIMIT": "5"])
        }
        #expect(try #require(error).description.hasPrefix("PAGEHEAP_LIMIT=5: is not an option"))
    }

    @Test func aLimitOfNoneIsNoLimit() throws {
        #expect(try PagedHeap.Configuration(environment: ["PAGEHEAP_MEMORY_LIMIT": "none"]).memoryLimit == nil)
    }
}

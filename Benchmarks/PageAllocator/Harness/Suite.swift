/// All workloads, in the order in which they are reported.
enum Suite {
    static var workloads: [any Workload] {
        [
            LastPage(gibibytes: 1, sum: 0x1d89_7b31_57e4_e8a5, reference: 165.6),
            LastPage(gibibytes: 64, sum: 0x879f_d8f4_fea0_e8a5, reference: 163.1),
            LastPage(gibibytes: 1024, sum: 0x1931_593b_14a0_e8a5, reference: 161.8),
            FarPage(gibibytes: 1, sum: 0x8d01_7acd_15d3_2cbf, reference: 389.5, goal: 200),
            FarPage(gibibytes: 64, sum: 0x3e6a_b097_bc0d_fdc9, reference: 470.3, goal: 250),
            FarPage(gibibytes: 1024, sum: 0xb86e_e637_a453_3730, reference: 630.9, goal: 400),
            SteadyState(
                gibibytes: 1, sum: 0xf6cb_ad07_c6e4_333a, allocations: 999_982, live: 2_993, reference: 177.8, goal: 80),
            SteadyState(
                gibibytes: 16, sum: 0x0dd4_1325_b284_1609, allocations: 999_958, live: 48_359, reference: 220.0,
                goal: 100),
            LockedSteadyState(sum: 0xf6cb_ad07_c6e4_333a, allocations: 999_982, live: 2_993, reference: 186.2),
            PageCaching(
                .allFree, sum: 0x506d_1db0_65a3_2325, fill: (reference: 79.8, goal: 40),
                flush: (reference: 230.9, goal: 80)),
            PageCaching(
                .halfFree, sum: 0xd8c2_1a8e_4fbf_a525, fill: (reference: 61.6, goal: 40),
                flush: (reference: 284.9, goal: 100)),
            Scavenging(.randomPages, .quantum, pageReference: 57.4, callReference: 459.2, pageGoal: 20),
            Scavenging(.runs, .quantum, pageReference: 19.2, callReference: 153.7, pageGoal: 8),
            Scavenging(.randomPages, .everything, pageReference: 48.2, callReference: 1_584_263.0),
            Scavenging(.runs, .everything, pageReference: 4.7, callReference: 151_332.0),
            LongRuns(
                gibibytes: 1, sum: 0x9a23_2af5_3cf3_3025, found: (reference: 316.7, goal: 200),
                failing: (reference: 2350.4, goal: 20)),
            LongRuns(
                gibibytes: 64, sum: 0x9612_850c_d1bc_1ca5, found: (reference: 304.3, goal: 90),
                failing: (reference: 2296.3, goal: 20)),
            DistantHeaps(),
            Sequential(),
        ]
    }

    /// The figures of the original are the lower of the minima of Go 1.19.8 and Go 1.27.3, seven rounds each, from
    /// another machine: a 2-processor guest on an AMD EPYC, Linux 6.18.
    static let referenceNote =
        "original: the lower minimum of Go 1.19.8 and 1.27.3, measured on ANOTHER machine; goals are for that machine"
}

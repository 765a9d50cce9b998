package runtime_test

import (
	"fmt"
	. "runtime"
	"testing"
)

// TestPageHeapWorkloads runs each workload once and prints its rows, one JSON object per line, under the names that
// PageAllocatorBenchmark gives them.
func TestPageHeapWorkloads(t *testing.T) {
	for _, size := range []uintptr{1, 64, 1024} {
		row("A1 "+sizeText(size), WorkloadLastPage(size<<30), "")
	}
	for _, size := range []uintptr{1, 64, 1024} {
		row("A2 "+sizeText(size), WorkloadFarPage(size<<30), "")
	}
	steady("B 1GiB", WorkloadSteadyState(1<<30, false))
	steady("B 16GiB", WorkloadSteadyState(16<<30, false))
	steady("B' 1GiB", WorkloadSteadyState(1<<30, true))
	for i, name := range []string{"C1", "C2"} {
		fill, flush, total := WorkloadPageCaches(i == 1)
		row(name+" fill", fill, fmt.Sprintf("n=%d", total))
		row(name+" flush", flush, fmt.Sprintf("n=%d", total))
	}
	scavenge("D1 64KiB", false, 64<<10)
	scavenge("D2 64KiB", true, 64<<10)
	scavenge("D1 all", false, ^uintptr(0))
	scavenge("D2 all", true, ^uintptr(0))
	for _, size := range []uintptr{1, 64} {
		found, failing := WorkloadLongRuns(size << 30)
		row("E "+sizeText(size), found, "")
		row("F "+sizeText(size), failing, "")
	}
	row("F 100TiB apart", WorkloadDistantHeaps(), "")
	allocating, freeing, freePages := WorkloadSequential()
	row("G alloc", allocating, fmt.Sprintf("free=%d", freePages))
	row("G free", freeing, fmt.Sprintf("free=%d", freePages))
}

func sizeText(gibibytes uintptr) string {
	if gibibytes >= 1024 {
		return fmt.Sprintf("%dTiB", gibibytes/1024)
	}
	return fmt.Sprintf("%dGiB", gibibytes)
}

func row(name string, result Timed, counts string) {
	write(name, result.Nanoseconds, fmt.Sprintf("%016x", result.Sum), counts)
}

func steady(name string, result Steady) {
	counts := fmt.Sprintf("fails=%d allocs=%d live=%d", result.Failures, result.Allocations, result.Live)
	row(name, result.Timed, counts)
}

func scavenge(name string, runs bool, quantum uintptr) {
	nanoseconds, calls, released := WorkloadScavenge(runs, quantum)
	pages := released / 8192
	counts := fmt.Sprintf("calls=%d bytes=%d freed=%d", calls, released, pages)
	write(name+" page", nanoseconds/float64(pages), counts, "")
	write(name+" call", nanoseconds/float64(calls), counts, "")
}

func write(name string, nanoseconds float64, checksum, counts string) {
	fmt.Printf(`{"workload": %q, "ns": %.3f, "checksum": %q`, name, nanoseconds, checksum)
	if counts != "" {
		fmt.Printf(`, "counts": %q`, counts)
	}
	fmt.Println("}")
}

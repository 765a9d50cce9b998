package runtime

// Timed is the result of a loop: nanoseconds per operation, and the checksum.
type Timed struct {
	Nanoseconds float64
	Sum         uint64
}

func timed(start int64, operations int, sum workloadSum) Timed {
	return Timed{float64(nanotime()-start) / float64(operations), uint64(sum)}
}

// WorkloadLastPage is A1: allocates and frees the last page of a heap that is full otherwise.
func WorkloadLastPage(bytes uintptr) (result Timed) {
	heap := makeWorkloadHeap(bytes, workloadBase)
	heap.fill(workloadBase)
	heap.locked(func() {
		heap.free(workloadBase+bytes-pageSize, 1, false)
		const operations = 2_000_000
		sum, start := workloadSumStart, nanotime()
		for i := 0; i < operations; i++ {
			address, _ := heap.alloc(1)
			sum = sum.add(heap.number(address))
			heap.free(address, 1, false)
		}
		result = timed(start, operations, sum)
	})
	heap.discard()
	return
}

// WorkloadFarPage is A2: frees the first page and a random one of a full heap, and allocates both again.
func WorkloadFarPage(bytes uintptr) (result Timed) {
	heap := makeWorkloadHeap(bytes, workloadBase)
	heap.fill(workloadBase)
	heap.locked(func() {
		const operations = 300_000
		random, page := workloadSeed, uintptr(0)
		sum, start := workloadSumStart, nanotime()
		for i := 0; i < operations; i++ {
			random, page = random.below(heap.count - 1)
			heap.free(workloadBase, 1, false)
			heap.free(workloadBase+(1+page)*pageSize, 1, false)
			first, _ := heap.alloc(1)
			second, _ := heap.alloc(1)
			sum = sum.add(heap.number(first)).add(heap.number(second))
		}
		result = timed(start, operations, sum)
	})
	heap.discard()
	return
}

// Steady is the result of B.
type Steady struct {
	Timed
	Failures, Allocations int
	Live                  uintptr
}

// WorkloadSteadyState is B: a heap that stays three quarters full. If each operation takes the lock for itself, on a system
// stack of its own, it is B'.
func WorkloadSteadyState(bytes uintptr, lockEach bool) Steady {
	const operations = 2_000_000
	heap := makeSteadyHeap(bytes)
	var result Timed
	if lockEach {
		start := nanotime()
		for i := 0; i < operations; i++ {
			systemstack(func() {
				lock(heap.mheapLock)
				heap.step()
				unlock(heap.mheapLock)
			})
		}
		result = timed(start, operations, heap.sum)
	} else {
		heap.locked(func() {
			start := nanotime()
			for i := 0; i < operations; i++ {
				heap.step()
			}
			result = timed(start, operations, heap.sum)
		})
	}
	heap.discard()
	return Steady{result, heap.failures, heap.allocations, heap.live}
}

// WorkloadPageCaches is C: takes all free pages of 1 GiB into page caches, and gives them back. It returns the nanoseconds
// per cache of both, and the count of caches. C1 is an empty heap, C2 one with about half of all pages in use.
func WorkloadPageCaches(halfFree bool) (fill, flush Timed, total int) {
	heap := makeWorkloadHeap(1<<30, workloadBase)
	if halfFree {
		heap.fill(workloadBase)
		heap.punchRandomly(heap.count, workloadBase)
	}
	caches := make([]pageCache, heap.count/pageCachePages+1)
	heap.locked(func() {
		sum := workloadSumStart
		for round := 0; round < 200; round++ {
			start := nanotime()
			count := 0
			for {
				caches[count] = heap.allocToCache()
				if caches[count].empty() {
					break
				}
				count++
			}
			fill.Nanoseconds += float64(nanotime() - start)
			for i := range caches[:count] {
				sum = sum.add(heap.number(caches[i].base)).add(caches[i].cache)
			}
			start = nanotime()
			for i := range caches[:count] {
				caches[i].flush(heap.pageAlloc)
			}
			flush.Nanoseconds += float64(nanotime() - start)
			total += count
		}
		fill = Timed{fill.Nanoseconds / float64(total), uint64(sum)}
		flush = Timed{flush.Nanoseconds / float64(total), uint64(sum)}
	})
	heap.discard()
	return
}

// WorkloadScavenge is D: finds and releases all free memory of 1 GiB, quantum bytes per call, without a system call. It
// returns the nanoseconds of all calls, their count, and the bytes. D1 is random pages, D2 runs.
func WorkloadScavenge(runs bool, quantum uintptr) (nanoseconds float64, calls int, released uintptr) {
	// The definition of the workload assumes huge pages of 2 MiB, even if the runtime found none.
	physHugePageSize, physHugePageShift = 2<<20, 21
	heap := makeWorkloadHeap(1<<30, workloadBase)
	heap.fill(workloadBase)
	if runs {
		heap.punchRuns()
	} else {
		heap.punchRandomly(heap.count, workloadBase)
	}
	allocator := (*PageAlloc)(heap.pageAlloc)
	start := nanotime()
	for {
		bytes := allocator.Scavenge(quantum)
		calls++
		if bytes == 0 {
			break
		}
		released += bytes
	}
	nanoseconds = float64(nanotime() - start)
	heap.discard()
	return
}

// punchForLongRuns leaves single free pages in the range at base, and one free chunk at its end.
func punchForLongRuns(heap workloadHeap, base uintptr) {
	limit := heap.count - pallocChunkPages
	heap.punchRandomly(limit, base)
	heap.locked(func() { heap.free(base+limit*pageSize, pallocChunkPages, false) })
}

// WorkloadLongRuns is E, which allocates and frees a chunk, and F, which asks for more than there is, on the same heap.
func WorkloadLongRuns(bytes uintptr) (found, failing Timed) {
	heap := makeWorkloadHeap(bytes, workloadBase)
	heap.fill(workloadBase)
	punchForLongRuns(heap, workloadBase)
	heap.locked(func() {
		const operations = 300_000
		sum, start := workloadSumStart, nanotime()
		for i := 0; i < operations; i++ {
			address, _ := heap.alloc(pallocChunkPages)
			sum = sum.add(heap.number(address))
			heap.free(address, pallocChunkPages, false)
		}
		found = timed(start, operations, sum)
	})
	failing = failingRuns(heap)
	heap.discard()
	return
}

// WorkloadDistantHeaps is F on one allocator with two heaps of 1 GiB, 100 TiB apart.
func WorkloadDistantHeaps() (failing Timed) {
	const distant = workloadBase + 100<<40
	heap := makeWorkloadHeap(1<<30, workloadBase, distant)
	heap.fill(workloadBase)
	heap.fill(distant)
	punchForLongRuns(heap, workloadBase)
	punchForLongRuns(heap, distant)
	failing = failingRuns(heap)
	heap.discard()
	return
}

func failingRuns(heap workloadHeap) (result Timed) {
	heap.locked(func() {
		const operations = 300_000
		sum, start := workloadSumStart, nanotime()
		for i := 0; i < operations; i++ {
			address, _ := heap.alloc(2 * pallocChunkPages)
			sum = sum.add(heap.number(address))
		}
		result = timed(start, operations, sum)
	})
	return
}

// WorkloadSequential is G: allocates all pages of 1 GiB one by one, and frees them one by one, upwards. It also returns the
// count of free pages at the end.
func WorkloadSequential() (allocating, freeing Timed, freePages uint) {
	heap := makeWorkloadHeap(1<<30, workloadBase)
	heap.locked(func() {
		operations := int(heap.count)
		sum, start := workloadSumStart, nanotime()
		for i := 0; i < operations; i++ {
			address, _ := heap.alloc(1)
			sum = sum.add(heap.number(address))
		}
		allocating = timed(start, operations, sum)
		start = nanotime()
		for page := uintptr(0); page < heap.count; page++ {
			heap.free(workloadBase+page*pageSize, 1, false)
		}
		freeing = timed(start, operations, sum)
	})
	freePages = heap.freePages()
	heap.discard()
	return
}

// The workloads of Benchmarks/PageAllocator on the original: the page allocator inside the Go runtime, version 1.19.
//
// These files belong to no Go module. Scripts/bench pages lays them over the runtime's own tests (go test -overlay),
// whose export_test.go makes the allocators. They contain no code of Go, and were written from the definitions of the
// workloads.

package runtime

import "unsafe"

// workloadBase is the first address of every heap, as in Benchmarks/PageAllocator: a multiple of 16 GiB.
const workloadBase = 64 << 30

// workloadRandom generates all random numbers: xorshift64*. It is passed by value, to stay in registers.
type workloadRandom uint64

const workloadSeed workloadRandom = 0x9E3779B97F4A7C15

func (r workloadRandom) next() (workloadRandom, uint64) {
	r ^= r >> 12
	r ^= r << 25
	r ^= r >> 27
	return r, uint64(r) * 0x2545F4914F6CDD1D
}

// below returns a number from 0 to limit - 1.
func (r workloadRandom) below(limit uintptr) (workloadRandom, uintptr) {
	r, bits := r.next()
	return r, uintptr(bits>>11) % limit
}

// workloadSum is the checksum over all results: 64-bit words in the manner of FNV-1a.
type workloadSum uint64

const (
	workloadSumStart workloadSum = 0xcbf29ce484222325
	workloadFailure  uint64      = 1<<64 - 1
)

func (s workloadSum) add(word uint64) workloadSum { return (s ^ workloadSum(word)) * 0x100000001b3 }

// workloadHeap is a page allocator over address space without memory.
type workloadHeap struct {
	*pageAlloc
	// count is the number of pages of each range that the heap was grown by.
	count uintptr
}

// makeWorkloadHeap makes a heap with a range of the given size at each base.
func makeWorkloadHeap(bytes uintptr, bases ...uintptr) workloadHeap {
	heap := workloadHeap{(*pageAlloc)(NewPageAlloc(nil, nil)), bytes / pageSize}
	for _, base := range bases {
		heap.locked(func() { heap.grow(base, bytes) })
	}
	return heap
}

func (h workloadHeap) discard() { FreePageAlloc((*PageAlloc)(h.pageAlloc)) }

// locked does work on the system stack, holding the heap's lock, as the allocator demands.
func (h workloadHeap) locked(work func()) {
	systemstack(func() {
		lock(h.mheapLock)
		work()
		unlock(h.mheapLock)
	})
}

// number returns the number of an allocation's first page, or the value that stands for a failure in a checksum.
func (h workloadHeap) number(address uintptr) uint64 {
	if address == 0 {
		return workloadFailure
	}
	return uint64(address-workloadBase) / pageSize
}

// fill allocates all pages of the lowest range that is wholly free, which must begin at base.
func (h workloadHeap) fill(base uintptr) {
	h.locked(func() {
		if address, _ := h.alloc(h.count); address != base {
			throw("workloads: filling the heap did not give its first page")
		}
	})
}

// punchRandomly frees each page from base on, below a limit (a multiple of 64), with a chance of one half.
func (h workloadHeap) punchRandomly(limit, base uintptr) {
	h.locked(func() {
		random, kept := workloadSeed, uint64(0)
		for page := uintptr(0); page < limit; page++ {
			if page%64 == 0 {
				random, kept = random.next()
			}
			if kept>>(page%64)&1 == 0 {
				h.free(base+page*pageSize, 1, false)
			}
		}
	})
}

// punchRuns frees runs of 1 to 64 pages, which are 1 to 64 pages apart.
func (h workloadHeap) punchRuns() {
	h.locked(func() {
		random, position := workloadSeed, uintptr(0)
		for {
			var gap, run uintptr
			random, gap = random.below(64)
			random, run = random.below(64)
			position += 1 + gap
			run += 1
			if position >= h.count {
				return
			}
			if run > h.count-position {
				run = h.count - position
			}
			h.free(workloadBase+position*pageSize, run, false)
			position += run
		}
	})
}

// freePages returns the count of free pages in the bitmaps.
func (h workloadHeap) freePages() uint {
	free := uint(0)
	for chunk := h.start; chunk < h.end; chunk++ {
		if data := h.tryChunkOf(chunk); data != nil {
			free += pallocChunkPages - (*pageBits)(&data.pallocBits).popcntRange(0, pallocChunkPages)
		}
	}
	return free
}

// steadyBlock is a block in use.
type steadyBlock struct{ base, count uintptr }

// steadyHeap is kept three quarters full with blocks of 1 to 64 pages; blocks die at random.
type steadyHeap struct {
	workloadHeap
	// blocks are the blocks in use, without bounds checks, as in Benchmarks/PageAllocator.
	blocks      unsafe.Pointer
	live, used  uintptr
	random      workloadRandom
	sum         workloadSum
	allocations int
	failures    int
}

// makeSteadyHeap makes a heap that has just become three quarters full.
func makeSteadyHeap(bytes uintptr) *steadyHeap {
	heap := &steadyHeap{
		workloadHeap: makeWorkloadHeap(bytes, workloadBase),
		blocks:       unsafe.Pointer(&make([]steadyBlock, bytes/pageSize)[0]),
		random:       workloadSeed,
		sum:          workloadSumStart,
	}
	heap.locked(func() {
		for 4*heap.used < 3*heap.count {
			heap.allocate()
		}
	})
	return heap
}

func (h *steadyHeap) block(index uintptr) *steadyBlock {
	return (*steadyBlock)(add(h.blocks, index*unsafe.Sizeof(steadyBlock{})))
}

// allocate takes a block of random size, and returns the number of its first page.
func (h *steadyHeap) allocate() uint64 {
	random, count := h.random.below(64)
	h.random = random
	count++
	address, _ := h.alloc(count)
	if address != 0 {
		*h.block(h.live) = steadyBlock{address, count}
		h.live++
		h.used += count
	}
	return h.number(address)
}

// step frees a random block if the heap is too full, and allocates one otherwise.
func (h *steadyHeap) step() {
	if 4*h.used > 3*h.count {
		random, index := h.random.below(h.live)
		h.random = random
		block := *h.block(index)
		h.free(block.base, block.count, false)
		h.used -= block.count
		h.live--
		*h.block(index) = *h.block(h.live)
		return
	}
	number := h.allocate()
	h.sum = h.sum.add(number)
	if number == workloadFailure {
		h.failures++
	} else {
		h.allocations++
	}
}

// What callers that were compiled with other versions of the header rely on.
#include "pageheap.h"

_Static_assert(sizeof(struct pageheap_statistics) % 8 == 0, "sizes of the structure are multiples of 8");
_Static_assert(offsetof(struct pageheap_statistics, system_bytes) == 8, "the size comes first");
_Static_assert(offsetof(struct pageheap_statistics, lock_holds_total) == 296, "fields of version 1.0 stay where they are");
_Static_assert(sizeof(struct pageheap_statistics) >= 552, "fields of version 1.0 stay where they are");
_Static_assert(sizeof(struct pageheap_thread_caches) % 8 == 0, "sizes of the structure are multiples of 8");
_Static_assert(offsetof(struct pageheap_thread_caches, drain_refused) == 32, "fields of version 1.0 stay where they are");

#include "replay_stream.h"

_Static_assert(sizeof(struct pageheap_replay_event) == 24, "an event has no padding");

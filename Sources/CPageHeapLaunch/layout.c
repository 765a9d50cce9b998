#include "launch_report.h"

_Static_assert(sizeof(struct pageheap_launch_report) == 16, "tool and launcher exchange exactly this");

// What the launcher tells the tool through a pipe: one report just before it executes the program, and one more if it could
// not. The pipe closes when the program is executed.
#ifndef PAGEHEAP_LAUNCH_REPORT_H
#define PAGEHEAP_LAUNCH_REPORT_H

#include <stdint.h>

struct pageheap_launch_report {
    int32_t process_identifier;
    int32_t error;                // an error number; 0 in the first report
    int64_t resident_kibibytes;   // the launcher's own mark, with which that of the program begins
};

#endif

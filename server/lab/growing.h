/* growing.h - a text that grows as it is written: answers whose length nobody knows before. What goes
 * into one is bounded by whoever writes it. */
#ifndef LAB_GROWING_H
#define LAB_GROWING_H

#include <stddef.h>

/* All zero is empty. */
struct lab_growing {
    char *at; /* ends with a zero byte once something was added; free() it */
    size_t length, capacity;
};

void lab_growing_add(struct lab_growing *text, const char *bytes, size_t length);
void lab_growing_print(struct lab_growing *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

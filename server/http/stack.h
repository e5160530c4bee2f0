/* stack.h - room for handlers: civetweb as packaged gives its threads 100 KB of stack, of which a
 * query, a document or a sanitizer's build needs more. */
#ifndef HTTP_STACK_H
#define HTTP_STACK_H

/* Calls work(argument) in a thread of its own with HTTP_STACK_BYTES of stack and waits for it (some
 * 20 us). Returns 0 and the result of `work`, or -1 when there is no thread to be had. */
int stack_run(int (*work)(void *argument), void *argument, int *result);

#endif

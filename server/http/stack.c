/* stack.c - runs a function on a larger stack. */
#include "http/stack.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>

#include "http/limits.h"

struct call {
    int (*work)(void *argument);
    void *argument;
    int result;
};

static void *call_run(void *context)
{
    struct call *call = context;
    call->result = call->work(call->argument);
    return NULL;
}

int stack_run(int (*work)(void *argument), void *argument, int *result)
{
    struct call call = {work, argument, 0};
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0)
        return -1;
    int created = pthread_attr_setstacksize(&attributes, HTTP_STACK_BYTES);
    if (created == 0)
        created = pthread_create(&thread, &attributes, call_run, &call);
    pthread_attr_destroy(&attributes);
    if (created != 0)
        return -1;
    int joined = pthread_join(thread, NULL);
    assert(joined == 0);
    *result = call.result;
    return 0;
}

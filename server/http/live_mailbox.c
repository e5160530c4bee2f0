/* live_mailbox.c - letters to the hub: two arrays, swapped when they are read. */
#include "http/live_mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int live_mailbox_init(struct live_mailbox *mailbox)
{
    memset(mailbox, 0, sizeof *mailbox);
    pthread_mutex_init(&mailbox->mutex, NULL);
    mailbox->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    mailbox->letters = malloc(LIVE_MAILBOX_LETTERS_MAX * sizeof *mailbox->letters);
    mailbox->spare = malloc(LIVE_MAILBOX_LETTERS_MAX * sizeof *mailbox->spare);
    return mailbox->wake < 0 || mailbox->letters == NULL || mailbox->spare == NULL ? -1 : 0;
}

void live_mailbox_free(struct live_mailbox *mailbox)
{
    if (mailbox->wake >= 0)
        close(mailbox->wake);
    pthread_mutex_destroy(&mailbox->mutex);
    free(mailbox->letters);
    free(mailbox->spare);
}

/* An eventfd adds up: waking twice costs one wake-up. */
void live_mailbox_wake(struct live_mailbox *mailbox)
{
    const uint64_t one = 1;
    ssize_t written = write(mailbox->wake, &one, sizeof one);
    assert(written == (ssize_t)sizeof one || errno == EAGAIN); /* full: it is awake */
}

/* With the mutex. */
static void put(struct live_mailbox *mailbox, const struct live_letter *letter)
{
    assert(mailbox->count < LIVE_MAILBOX_LETTERS_MAX);
    mailbox->letters[mailbox->count++] = *letter;
    if (mailbox->count == 1)
        live_mailbox_wake(mailbox);
}

bool live_mailbox_put_frame(struct live_mailbox *mailbox, const struct live_letter *letter)
{
    assert(letter->kind == LIVE_LETTER_FRAME || letter->kind == LIVE_LETTER_ROOM);
    pthread_mutex_lock(&mailbox->mutex);
    bool fits = mailbox->frames < LIVE_MAILBOX_FRAMES_MAX;
    if (fits) {
        mailbox->frames++;
        put(mailbox, letter);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return fits;
}

/* A full mailbox loses the letter, not the fact: the place remembers, and the sweep looks. */
void live_mailbox_put_gone(struct live_mailbox *mailbox, uint32_t slot)
{
    const struct live_letter letter = {.kind = LIVE_LETTER_GONE, .slot = slot};
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->gone[slot % LAB_RUNS_LIVE_MAX] = slot + 1;
    if (mailbox->count < LIVE_MAILBOX_LETTERS_MAX - LIVE_VIEWERS_MAX)
        put(mailbox, &letter);
    pthread_mutex_unlock(&mailbox->mutex);
}

/* With the mutex. */
static bool is_gone(const struct live_mailbox *mailbox, uint32_t slot)
{
    return mailbox->gone[slot % LAB_RUNS_LIVE_MAX] == slot + 1;
}

bool live_mailbox_run_is_gone(struct live_mailbox *mailbox, uint32_t slot)
{
    pthread_mutex_lock(&mailbox->mutex);
    bool gone = is_gone(mailbox, slot);
    pthread_mutex_unlock(&mailbox->mutex);
    return gone;
}

bool live_mailbox_put_viewer(struct live_mailbox *mailbox, const struct live_letter *letter,
                             bool of_run)
{
    assert(letter->kind == LIVE_LETTER_VIEWER);
    pthread_mutex_lock(&mailbox->mutex);
    bool gone = of_run && is_gone(mailbox, letter->slot);
    if (!gone)
        put(mailbox, letter);
    pthread_mutex_unlock(&mailbox->mutex);
    return !gone;
}

const struct live_letter *live_mailbox_take(struct live_mailbox *mailbox, uint32_t *count)
{
    pthread_mutex_lock(&mailbox->mutex);
    struct live_letter *letters = mailbox->letters;
    *count = mailbox->count;
    mailbox->letters = mailbox->spare;
    mailbox->spare = letters;
    mailbox->count = mailbox->frames = 0;
    pthread_mutex_unlock(&mailbox->mutex);
    return letters;
}
